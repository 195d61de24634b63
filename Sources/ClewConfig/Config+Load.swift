public import ClewYAML
@preconcurrency internal import Glibc

extension Config {
    /// Variables with the prefix `CLEW_` that are no keys of the configuration: where tests find data sets and the program.
    public static let otherVariables: Set<String> = ["CLEW_DATA", "CLEW_BINARY", "CLEW_REFERENCE", "CLEW_COST"]

    /// Reads a config file and the environment over it, and validates the result.
    ///
    /// - Parameters:
    ///   - path: nil for the defaults and the environment alone.
    ///   - environment: all variables; those without the prefix `CLEW_` are none of our business.
    ///   - ignoring: variables with that prefix that mean something else.
    /// - Throws: everything that is wrong, each with file, line and column, or the name of the variable.
    public static func load(
        _ path: String?, environment: [String: String] = [:], ignoring: Set<String> = otherVariables
    ) throws(Diagnostics) -> Config {
        var reader = ConfigReader(directory: path.map(directory))
        if let path {
            do throws(Diagnostic) {
                reader.read(try YAML.load(path))
            } catch {
                throw Diagnostics(error)
            }
        }
        reader.read(environment: environment, ignoring: ignoring)
        return try reader.finish()
    }

    /// As `load`, from a text; `file` is the name for messages. Relative paths are left as they are.
    public static func parse(
        _ text: String, file: String, environment: [String: String] = [:], ignoring: Set<String> = otherVariables
    ) throws(Diagnostics) -> Config {
        var reader = ConfigReader(directory: nil)
        do throws(Diagnostic) {
            reader.read(try YAML.parse(text, file: file))
        } catch {
            throw Diagnostics(error)
        }
        reader.read(environment: environment, ignoring: ignoring)
        return try reader.finish()
    }

    /// The variables of this process.
    public static func processEnvironment() -> [String: String] {
        var result: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                result[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return result
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
