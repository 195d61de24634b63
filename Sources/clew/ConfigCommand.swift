import ClewCommandLine
import ClewConfig

/// `clew config check`.
enum ConfigCommand: Subcommand {
    static let command = Command(
        group: "config", "Look at the configuration",
        [
            Command(
                "check", "Validate a config and print the effective one, secrets redacted",
                options: [Inputs.configOption],
                operands: [Operand("FILE", .optional, .file, "The same as --config FILE")],
                examples: [
                    Example("clew config check /etc/clew/clew.yaml", "what is in force, environment included"),
                    Example("CLEW_KAFKA_BOOTSTRAP_SERVERS=kafka:9092 clew config check", "the defaults and one variable"),
                ])
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let (operand, option) = (arguments.operand("FILE"), arguments.string("config"))
        if let operand, option != nil { throw arguments.usageError("the config is given twice: FILE \(operand) and --config") }
        let path = operand ?? option
        let config = try Inputs.config(path)
        try Inputs.checkKafka(config, path)
        // Topology and model are part of what must be right before a start.
        _ = try Inputs.topology([], config)
        if let model = config.model.file { _ = try Inputs.model(model) }
        Output.write(config.effectiveYAML())
        return 0
    }
}
