import ClewEngine

/// The body of a model file: named sections, each with its length before it, in this order. docs/formats.md describes them;
/// what is added to the model becomes a section of its own, or a new format.
enum Section: String, CaseIterable {
    case counts, types, kinds, pairs, expectations, resources, causes
}

enum Sections {
    static func encode(_ model: CorrelationModel) -> [UInt8] {
        var body = ByteWriter()
        for section in Section.allCases {
            var content = ByteWriter()
            switch section {
            case .counts: counts(model, &content)
            case .types: types(model, &content)
            case .kinds: kinds(model, &content)
            case .pairs: pairs(model, &content)
            case .expectations: expectations(model, &content)
            case .resources: resources(model, &content)
            case .causes: causes(model.causes, &content)
            }
            body.put(section.rawValue)
            body.put(count: content.bytes.count)
            body.put(content)
        }
        return body.bytes
    }

    /// The model in a body, all of it checked: indices, order, weights.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(Malformed) -> CorrelationModel {
        var model = CorrelationModel()
        var body = ByteReader(bytes)
        for section in Section.allCases {
            let name = try body.text()
            guard name == section.rawValue else {
                throw Malformed(reason: "a section \"\(name.prefix(32))\" instead of \"\(section.rawValue)\"")
            }
            var content = try body.part(Int(clamping: try body.integer()))
            do throws(Malformed) {
                switch section {
                case .counts: try counts(&content, &model)
                case .types: try types(&content, &model)
                case .kinds: try kinds(&content, &model)
                case .pairs: try pairs(&content, &model)
                case .expectations: try expectations(&content, &model)
                case .resources: try resources(&content, &model)
                case .causes: model.causes = try causes(&content, types: model.types.count, kinds: model.kinds.count)
                }
                guard content.left == 0 else { throw Malformed(reason: "\(content.left) bytes too many") }
            } catch {
                throw Malformed(reason: "section \(section.rawValue): \(error.reason)")
            }
        }
        guard body.left == 0 else { throw Malformed(reason: "\(body.left) bytes after the last section") }
        return model
    }

    private static func checkOrder(_ isAscending: Bool, _ what: String) throws(Malformed) {
        guard isAscending else { throw Malformed(reason: "\(what) out of order, or twice") }
    }

    private static func precedes(_ a: String?, _ b: String) -> Bool { a.map { $0.utf8.lexicographicallyPrecedes(b.utf8) } ?? true }

    // MARK: counts: times, totals, and the time scale

    private static func counts(_ model: CorrelationModel, _ out: inout ByteWriter) {
        for time in [model.firstEvent, model.lastEvent] {
            out.put(byte: time == nil ? 0 : 1)
            out.put(UInt64(bitPattern: time?.microseconds ?? 0))
        }
        out.put(model.events)
        out.put(model.alerts)
        out.put(model.incidents)
        out.put(model.backgroundExposure)
        out.put(model.resourceCount)
        out.put(model.lagSum)
        out.put(model.lagWeight)
    }

    private static func counts(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        var times: [EventTime?] = []
        for _ in 0..<2 {
            let isThere = try content.byte() == 1
            let time = EventTime(microseconds: Int64(bitPattern: try content.integer()))
            guard !isThere || time >= .earliestPlausible && time <= .latestPlausible else { throw Malformed(reason: "an implausible time") }
            times.append(isThere ? time : nil)
        }
        (model.firstEvent, model.lastEvent) = (times[0], times[1])
        model.events = try content.integer()
        model.alerts = try content.integer()
        model.incidents = try content.integer()
        // So that sums with what is learned later cannot overflow.
        guard max(model.events, model.alerts, model.incidents) < 1 << 60 else { throw Malformed(reason: "a count beyond 2^60") }
        model.backgroundExposure = try content.number()
        model.resourceCount = try content.integer()
        model.lagSum = try content.number()
        model.lagWeight = try content.number()
    }

    // MARK: types and kinds

    private static func types(_ model: CorrelationModel, _ out: inout ByteWriter) {
        out.put(count: model.types.count)
        for type in model.types {
            out.put(type.name)
            out.put(type.alerts)
            out.put(type.clears)
            out.put(type.background)
            put(sparse: type.silences[...], &out)
        }
    }

    private static func types(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        let count = try content.count(ofEntries: 27)
        model.types.reserveCapacity(count)
        for _ in 0..<count {
            let name = try content.text()
            try checkOrder(precedes(model.types.last?.name, name), "names")
            let (alerts, clears, background) = (try content.number(), try content.number(), try content.number())
            var silences: [Float] = []
            try sparse(&content, CorrelationModel.silenceBins, into: &silences)
            model.types.append(
                CorrelationModel.TypeStatistics(
                    name: name, alerts: alerts, clears: clears, background: background, silences: silences))
        }
    }

    private static func kinds(_ model: CorrelationModel, _ out: inout ByteWriter) {
        out.put(count: model.kinds.count)
        for kind in model.kinds { out.put(kind) }
    }

    private static func kinds(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        for _ in 0..<(try content.count(ofEntries: 2)) {
            let name = try content.text()
            try checkOrder(precedes(model.kinds.last, name), "names")
            model.kinds.append(name)
        }
    }

    /// Weights by bin, most of them 0: a mask of those that are not, and these.
    private static func put(sparse weights: ArraySlice<Float>, _ out: inout ByteWriter) {
        var mask: UInt64 = 0
        for (bin, weight) in weights.enumerated() where weight != 0 { mask |= 1 << UInt64(bin) }
        out.put(mask)
        for weight in weights where weight != 0 { out.put(weight) }
    }

    private static func sparse(_ content: inout ByteReader, _ bins: Int, into weights: inout [Float]) throws(Malformed) {
        let mask = try content.integer()
        guard mask >> UInt64(bins) == 0 else { throw Malformed(reason: "more than \(bins) bins") }
        for bin in 0..<bins { weights.append(mask >> UInt64(bin) & 1 == 0 ? 0 : try content.weight()) }
    }

    // MARK: pairs and expectations

    private static func pairs(_ model: CorrelationModel, _ out: inout ByteWriter) {
        out.put(count: model.pairs.count)
        for (at, pair) in model.pairs.enumerated() {
            out.put(byte: pair.relation.rawValue)
            out.put(pair.cause)
            out.put(pair.effect)
            out.put(pair.seen)
            put(sparse: model.lags(ofPair: at), &out)
        }
    }

    private static func pairs(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        let count = try content.count(ofEntries: 8)
        model.pairs.reserveCapacity(count)
        model.histograms.reserveCapacity(count * CorrelationModel.bins)
        var last: (UInt8, UInt32, UInt32)?
        for _ in 0..<count {
            let relation = try relation(&content)
            let cause = try content.index(below: model.types.count, "type")
            let effect = try content.index(below: model.types.count, "type")
            let place = (relation.rawValue, cause, effect)
            try checkOrder(last.map { $0 < place } ?? true, "pairs")
            last = place
            model.pairs.append(CorrelationModel.Pair(relation: relation, cause: cause, effect: effect, seen: try content.weight()))
            try sparse(&content, CorrelationModel.bins, into: &model.histograms)
        }
    }

    private static func relation(_ content: inout ByteReader) throws(Malformed) -> Relation {
        let code = try content.byte()
        guard let relation = Relation(rawValue: code), relation != .far else { throw Malformed(reason: "relation \(code)") }
        return relation
    }

    private static func expectations(_ model: CorrelationModel, _ out: inout ByteWriter) {
        out.put(count: model.expectations.count)
        for entry in model.expectations {
            out.put(byte: entry.relation.rawValue)
            out.put(entry.type)
            out.put(entry.kind)
            out.put(entry.amount)
        }
    }

    private static func expectations(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        let count = try content.count(ofEntries: 7)
        model.expectations.reserveCapacity(count)
        var last: (UInt8, UInt32, UInt32)?
        for _ in 0..<count {
            let relation = try relation(&content)
            let type = try content.index(below: model.types.count, "type")
            let kind = try content.index(below: relation == .selfAgain ? 1 : model.kinds.count, "kind")
            let place = (relation.rawValue, type, kind)
            try checkOrder(last.map { $0 < place } ?? true, "expectations")
            last = place
            model.expectations.append(
                CorrelationModel.Expectation(relation: relation, type: type, kind: kind, amount: try content.weight()))
        }
    }

    // MARK: resources

    private static func resources(_ model: CorrelationModel, _ out: inout ByteWriter) {
        out.put(model.coincidences)
        out.put(count: model.resources.count)
        for resource in model.resources {
            out.put(resource.name)
            out.put(resource.alerts)
        }
        out.put(count: model.resourcePairs.count)
        for pair in model.resourcePairs {
            out.put(pair.a)
            out.put(pair.b)
            for weight in [pair.seen, pair.aFirst, pair.far, pair.lagSum] { out.put(weight) }
        }
    }

    private static func resources(_ content: inout ByteReader, _ model: inout CorrelationModel) throws(Malformed) {
        model.coincidences = try content.number()
        for _ in 0..<(try content.count(ofEntries: 6)) {
            let name = try content.text()
            try checkOrder(precedes(model.resources.last?.name, name), "names")
            model.resources.append(CorrelationModel.ResourceStatistics(name: name, alerts: try content.weight()))
        }
        for _ in 0..<(try content.count(ofEntries: 18)) {
            let a = try content.index(below: model.resources.count, "resource")
            let b = try content.index(below: model.resources.count, "resource")
            try checkOrder(a < b && model.resourcePairs.last.map { ($0.a, $0.b) < (a, b) } ?? true, "pairs")
            model.resourcePairs.append(
                CorrelationModel.ResourcePair(
                    a: a, b: b, seen: try content.weight(), aFirst: try content.weight(), far: try content.weight(),
                    lagSum: try content.weight()))
        }
    }

    // MARK: causes: what the ranking of root causes learned

    private static func causes(_ causes: CauseModel, _ out: inout ByteWriter) {
        out.put(causes.incidents)
        out.put(count: causes.takings.count)
        for taking in causes.takings {
            out.put(taking.type)
            out.put(taking.kind)
            out.put(taking.count)
        }
        out.put(count: causes.held.count)
        for held in causes.held {
            out.put(held.resource)
            out.put(held.type)
            out.put(held.count)
        }
        out.put(count: causes.lateness.count)
        for late in causes.lateness {
            out.put(late.type)
            out.put(late.alerts)
            out.put(late.sum)
        }
    }

    private static func causes(_ content: inout ByteReader, types: Int, kinds: Int) throws(Malformed) -> CauseModel {
        var causes = CauseModel()
        causes.incidents = try content.number()
        for _ in 0..<(try content.count(ofEntries: 6)) {
            let type = try content.index(below: types, "type")
            let kind = try content.index(below: kinds, "kind")
            try checkOrder(causes.takings.last.map { ($0.type, $0.kind) < (type, kind) } ?? true, "counts")
            causes.takings.append(CauseModel.Taking(type: type, kind: kind, count: try content.weight()))
        }
        for _ in 0..<(try content.count(ofEntries: 7)) {
            let resource = try content.text()
            let type = try content.index(below: types, "type")
            let last = causes.held.last
            let isSame = last?.resource.utf8.elementsEqual(resource.utf8) ?? false
            try checkOrder(isSame ? (last?.type ?? 0) < type : precedes(last?.resource, resource), "counts")
            causes.held.append(CauseModel.Held(resource: resource, type: type, count: try content.weight()))
        }
        for _ in 0..<(try content.count(ofEntries: 9)) {
            let type = try content.index(below: types, "type")
            try checkOrder(causes.lateness.last.map { $0.type < type } ?? true, "types")
            causes.lateness.append(CauseModel.Lateness(type: type, alerts: try content.weight(), sum: try content.weight()))
        }
        return causes
    }
}
