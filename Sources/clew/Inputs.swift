import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewKafka
import ClewModel
import ClewService
import ClewYAML

/// Reads what several commands are given: config and topology. What is wrong with them ends the command with code 2.
enum Inputs {
    static let configOption = Option.value(
        "config", short: "c", .file, placeholder: "FILE", "Config file (YAML); CLEW_… variables override it")
    static let topologyOption = Option.value(
        "topology", short: "t", .file, placeholder: "FILE", repeatable: true,
        "Topology file (YAML or JSON), in place of those of the config; may be given several times")

    static let modelOption = Option.value(
        "model", short: "m", .file, placeholder: "MODEL", "Model file to begin with (clew learn writes such), in place of model.file")

    static func config(_ path: String?) throws -> Config {
        do {
            return try Config.load(path, environment: Config.processEnvironment())
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    /// Whether librdkafka takes what the config passes through to it; only commands that reach Kafka need to know.
    static func checkKafka(_ config: Config, _ path: String?) throws {
        do {
            try KafkaProperties(config).check()
        } catch {
            throw CommandFailure.usage("\(path.map { $0 + ": " } ?? "")kafka.properties: \(error.message)")
        }
    }

    /// The model of `--model`, else of the config; nil if neither names one. What is wrong with it ends the command with code 2.
    static func model(_ arguments: Arguments, _ config: Config) throws -> LoadedModel? {
        guard let path = arguments.string("model") ?? config.model.file else {
            guard config.model.mode == .learn else {
                throw CommandFailure.usage("model.mode: frozen needs a model file: expected model.file or --model, found neither")
            }
            return nil
        }
        return try model(path)
    }

    static func model(_ path: String) throws -> LoadedModel {
        do {
            return try ModelFile.load(path)
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    /// The files that a model is learned from, which are read for their checksums. A file given twice would count twice: that is
    /// refused; one that `model` was learned from already may be meant, with other times: that is told by `complain`.
    static func learned(
        _ arguments: Arguments, _ model: LoadedModel?, _ complain: (String) -> Void
    ) throws -> [Provenance.Input] {
        let files = arguments.operands("FILE")
        let inputs = try LearnedInputs.of(files)
        if let (first, second) = LearnedInputs.repeated(inputs, files) {
            let what = first == second ? "\(first) is given twice" : "\(second) has the same content as \(first)"
            throw arguments.usageError("\(what): a model would count its events twice; expected each file once")
        }
        if let model {
            for file in LearnedInputs.known(inputs, files, to: model.file.provenance) {
                complain("warning: \(file): the model that learning goes on from was learned from it: what is in both counts twice")
            }
        }
        return inputs
    }

    static func topology(_ paths: [String]) throws -> TopologyDefinition {
        guard !paths.isEmpty else { return TopologyDefinition() }
        do {
            return try TopologyFile.load(paths)
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    /// The topology with the domains of the config: from the files given, else from those that the config names.
    static func topology(_ given: [String], _ config: Config) throws -> TopologyDefinition {
        var topology = try topology(given.isEmpty ? config.topology.files : given)
        do {
            try topology.divide(into: config.correlation.domains)
        } catch {
            throw CommandFailure.usage(error.description)
        }
        return topology
    }
}
