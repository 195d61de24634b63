internal import ClewYAML

/// `correlation.domains`.
extension ConfigReader {
    private static let domainKeys = ["name", "resources"]
    private static let mostDomains = 1000

    mutating func readDomains(_ node: YAMLNode) {
        let path = "correlation.domains"
        guard node.kind == .sequence else {
            report(Place(node), path, "expected a list of domains, each {name, resources}, found \(node.found)")
            return
        }
        guard node.count <= Self.mostDomains else {
            report(Place(node), path, "expected at most \(Self.mostDomains) domains, found \(node.count)")
            return
        }
        config.correlation.domains = []
        for (index, element) in node.elements.enumerated() {
            let inner = "\(path).\(index)"
            places[inner] = Place(element)
            guard element.kind == .mapping else {
                report(Place(element), inner, "expected {name, resources}, found \(element.found)")
                continue
            }
            readDomain(element, inner)
        }
    }

    private mutating func readDomain(_ node: YAMLNode, _ path: String) {
        var name: String?
        var resources: [Config.ResourcePattern]?
        for (key, value) in node.entries {
            let inner = "\(path).\(key.text ?? "")"
            switch key.text {
            case "name": name = text(value, inner, .name()) ?? "?"
            case "resources": resources = readResources(value, inner)
            default:
                let hint = NearestName.hint(for: key.text ?? "", among: Self.domainKeys)
                report(
                    Place(key), path,
                    "unknown key \"\(YAMLText.excerpt(key.text ?? ""))\" of a domain"
                        + (hint.isEmpty ? "; its keys are \(Self.domainKeys.joined(separator: ", "))" : hint))
            }
        }
        if name == nil { report(Place(node), path, "a domain has no name") }
        if resources == nil { report(Place(node), path, "a domain has no resources") }
        guard let name, let resources else { return }
        config.correlation.domains.append(Config.Domain(name: name, resources: resources))
    }

    /// The list of resources; empty where it is faulty (which is reported).
    private mutating func readResources(_ node: YAMLNode, _ path: String) -> [Config.ResourcePattern] {
        guard node.kind == .sequence, node.count > 0 else {
            let found = node.kind == .sequence ? "an empty list" : node.found
            report(Place(node), path, "expected a list of resources or patterns such as \"emea-*\", found \(found)")
            return []
        }
        var resources: [Config.ResourcePattern] = []
        for (index, element) in node.elements.enumerated() {
            guard let id = text(element, "\(path).\(index)", .name("a resource, or a pattern such as \"emea-*\"")) else { continue }
            var pattern = Config.ResourcePattern(id)
            pattern.origin = Config.Origin(file: element.file, line: element.line, column: element.column)
            resources.append(pattern)
        }
        return resources
    }
}
