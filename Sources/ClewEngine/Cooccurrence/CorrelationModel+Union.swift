/// What several domains know as one model. All in a model are sums over what was seen, but for the time that the background
/// stands for: they are added.
extension CorrelationModel {
    /// - Parameters:
    ///   - parts: what each domain knows.
    ///   - basis: the model that each of them began with, and therefore holds: it is counted once.
    ///   - halfLife: that of the domains, seconds: as far as the basis has faded in them.
    ///
    /// O(n log n) in the entries of all parts.
    init(union parts: [CorrelationModel], basis: CorrelationModel?, halfLife: Double?) {
        var parameters = CorrelationParameters()
        parameters.maxPairs = .max
        parameters.maxResourcePairs = .max
        // An engine finds by name, and adds up what it adopts.
        var names = Names(limit: .max - 1)
        var engine = Engine(topology: CorrelationModel.kinds(of: parts + [basis].compactMap { $0 }), names: &names, parameters: parameters)
        for part in parts { _ = engine.adopt(part, &names) }
        if let basis {
            for part in parts.dropFirst() {
                let age = (part.lastEvent ?? .distantPast).seconds - (basis.lastEvent ?? .distantFuture).seconds
                let left = halfLife.map { Elementary.decay(age * 0.693_147_180_559_945_3, over: $0) } ?? 1
                _ = engine.adopt(basis.negated(faded: left), &names)
            }
        }
        self = engine.learned(names, events: 0)
        addUp(parts, basis)
    }

    /// A resource of each kind.
    private static func kinds(of models: [CorrelationModel]) -> TopologyDefinition {
        var kinds = models.flatMap(\.kinds)
        kinds.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let each = kinds.indices.filter { $0 == 0 || kinds[$0] != kinds[$0 - 1] }
        return TopologyDefinition(nodes: each.map { TopologyDefinition.Node(id: "\($0)", kind: kinds[$0]) })
    }

    /// What is taken off to take this model off; of what fades only so much.
    private func negated(faded left: Double) -> CorrelationModel {
        var model = self
        let (all, faded) = (-1.0, -left)
        for at in model.types.indices {
            model.types[at].alerts *= all
            model.types[at].clears *= all
            for bin in model.types[at].silences.indices { model.types[at].silences[bin] *= Float(faded) }
        }
        for at in model.pairs.indices { model.pairs[at].seen *= Float(faded) }
        for at in model.histograms.indices { model.histograms[at] *= Float(faded) }
        for at in model.expectations.indices { model.expectations[at].amount *= Float(faded) }
        for at in model.resources.indices { model.resources[at].alerts *= Float(faded) }
        for at in model.resourcePairs.indices {
            model.resourcePairs[at].seen *= Float(faded)
            model.resourcePairs[at].aFirst *= Float(faded)
            model.resourcePairs[at].far *= Float(faded)
            model.resourcePairs[at].lagSum *= Float(faded)
        }
        model.coincidences *= faded
        model.causes.incidents *= all
        for at in model.causes.takings.indices { model.causes.takings[at].count *= Float(all) }
        for at in model.causes.held.indices { model.causes.held[at].count *= Float(all) }
        for at in model.causes.lateness.indices {
            model.causes.lateness[at].alerts *= Float(all)
            model.causes.lateness[at].sum *= Float(all)
        }
        return model
    }

    /// What an engine does not add when it adopts.
    private mutating func addUp(_ parts: [CorrelationModel], _ basis: CorrelationModel?) {
        let start = basis ?? CorrelationModel()
        (lagSum, lagWeight) = (start.lagSum, start.lagWeight)
        (events, alerts, incidents) = (start.events, start.alerts, start.incidents)
        (firstEvent, lastEvent) = (nil, nil)
        (backgroundExposure, resourceCount) = (0, 0)
        for at in types.indices { types[at].background = 0 }
        for part in parts {
            lagSum += part.lagSum - start.lagSum
            lagWeight += part.lagWeight - start.lagWeight
            events += part.events - start.events
            alerts += part.alerts - start.alerts
            incidents += part.incidents - start.incidents
            if let first = part.firstEvent { firstEvent = min(first, firstEvent ?? first) }
            if let last = part.lastEvent { lastEvent = max(last, lastEvent ?? last) }
            backgroundExposure = max(backgroundExposure, part.backgroundExposure)
            resourceCount += part.resourceCount
            // Of the basis each domain took what its resources are of all: together once. Both lists are in the order of names.
            var at = 0
            for type in part.types {
                while at < types.count, types[at].name != type.name { at += 1 }
                if at < types.count { types[at].background += type.background }
            }
        }
    }
}
