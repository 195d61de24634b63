internal import CYaml

/// Reads YAML by libyaml's event interface.
enum LibYAML {
    static func parse(_ bytes: [UInt8], file: String) throws(Diagnostic) -> YAMLNode {
        let parser = Parser()
        var builder = YAMLBuilder(file: file, bytes: bytes.count)
        var failure: Diagnostic?
        bytes.withUnsafeBufferPointer { input in
            do throws(Diagnostic) {
                try parser.run(input, &builder)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return builder.finish()
    }

    /// Owns one libyaml parser.
    private struct Parser: ~Copyable {
        private let raw: UnsafeMutablePointer<yaml_parser_t>

        init() {
            raw = .allocate(capacity: 1)
            raw.initialize(to: yaml_parser_t())
            _ = yaml_parser_initialize(raw)
        }

        deinit {
            yaml_parser_delete(raw)
            raw.deallocate()
        }

        func run(_ input: UnsafeBufferPointer<UInt8>, _ builder: inout YAMLBuilder) throws(Diagnostic) {
            yaml_parser_set_input_string(raw, input.baseAddress, input.count)
            var documents = 0
            var finished = false
            while !finished {
                var event = yaml_event_t()
                guard yaml_parser_parse(raw, &event) == 1 else { throw failure(input, builder.file) }
                defer { yaml_event_delete(&event) }
                switch event.type {
                case YAML_STREAM_END_EVENT: finished = true
                case YAML_DOCUMENT_START_EVENT:
                    documents += 1
                    if documents > 1 {
                        throw builder.failure("a second document begins here; one file holds one document", LibYAML.mark(event.start_mark))
                    }
                default: try LibYAML.take(event, &builder)
                }
            }
        }

        private func failure(_ input: UnsafeBufferPointer<UInt8>, _ file: String) -> Diagnostic {
            let problem = raw.pointee.problem.map { String(cString: $0) } ?? "out of memory"
            if raw.pointee.error == YAML_READER_ERROR {
                let place = LibYAML.place(of: Int(raw.pointee.problem_offset), in: input)
                return Diagnostic(
                    file: file, line: place.line, column: place.column, message: "not text that can be read (UTF-8 is expected): \(problem)"
                )
            }
            var message = "not valid YAML: \(problem)"
            if let context = raw.pointee.context {
                message += " (\(String(cString: context)), line \(Int(raw.pointee.context_mark.line) + 1))"
            }
            if problem.contains("cannot start any token") { message += "; YAML is indented with spaces, and @ ` % need quotes" }
            let mark = LibYAML.mark(raw.pointee.problem_mark)
            return Diagnostic(file: file, line: mark.line, column: mark.column, message: message)
        }
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLBuilder.Mark {
        YAMLBuilder.Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private static func place(of offset: Int, in input: UnsafeBufferPointer<UInt8>) -> YAMLBuilder.Mark {
        var place = YAMLBuilder.Mark(line: 1, column: 1)
        for byte in input.prefix(offset) {
            if byte == 0x0A {
                place = YAMLBuilder.Mark(line: place.line + 1, column: 1)
            } else if byte & 0xC0 != 0x80 {
                place.column += 1
            }
        }
        return place
    }

    private static func take(_ event: yaml_event_t, _ builder: inout YAMLBuilder) throws(Diagnostic) {
        let mark = mark(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let quoted = try isString(tag: name(scalar.tag), "str", &builder, mark) || scalar.style != YAML_PLAIN_SCALAR_STYLE
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            try builder.scalar(bytes, plain: !quoted, mark, anchor: name(scalar.anchor))
        case YAML_SEQUENCE_START_EVENT:
            _ = try isString(tag: name(event.data.sequence_start.tag), "seq", &builder, mark)
            try builder.begin(mapping: false, mark, anchor: name(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            _ = try isString(tag: name(event.data.mapping_start.tag), "map", &builder, mark)
            try builder.begin(mapping: true, mark, anchor: name(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: builder.end()
        case YAML_ALIAS_EVENT: try builder.alias(name(event.data.alias.anchor) ?? "", mark)
        default: break
        }
    }

    private static func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }

    /// Whether a tag makes a scalar a string. Tags of types we don't know are refused: they would be ignored silently.
    private static func isString(
        tag: String?, _ expected: String, _ builder: inout YAMLBuilder, _ mark: YAMLBuilder.Mark
    ) throws(Diagnostic) -> Bool {
        let core = "tag:yaml.org,2002:"
        guard let tag, tag != core + expected || expected == "str" else { return false }
        if tag == "!" || tag == core + "str" { return true }
        guard expected == "str", ["int", "float", "bool", "null"].contains(where: { tag == core + $0 }) else {
            throw builder.failure("this tag is not supported; a text that begins with ! needs quotes", mark)
        }
        return false
    }
}
