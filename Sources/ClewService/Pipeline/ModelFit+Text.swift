public import ClewEngine

extension ModelFit {
    /// What of the model does not fit, in a sentence for people; nil if all of it does.
    public var complaint: String? {
        var parts: [String] = []
        if !unknownKinds.isEmpty {
            let named = unknownKinds.prefix(5).joined(separator: ", ") + (unknownKinds.count > 5 ? ", …" : "")
            parts.append(
                "\(unknownKinds.count == 1 ? "a kind of resource" : "\(unknownKinds.count) kinds of resources") in it "
                    + "\(unknownKinds.count == 1 ? "is" : "are") not in the topology: \(named)")
        }
        if leftOut > 0 { parts.append("\(leftOut) entries are left out, as correlation.max_pairs or another limit is too small for it") }
        return parts.isEmpty ? nil : "the model does not fit everywhere: " + parts.joined(separator: "; ")
    }
}
