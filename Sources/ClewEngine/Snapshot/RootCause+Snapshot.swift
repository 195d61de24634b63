extension RootCause {
    static func transfer(_ causes: inout [RootCause], _ state: inout StateArchive) {
        var count = causes.count
        state.count(&count, stride: 1)
        if state.isReading { causes = Array(repeating: RootCause(resource: .none, alerting: false, score: 0), count: count) }
        for at in causes.indices { causes[at].transfer(&state) }
    }

    private mutating func transfer(_ state: inout StateArchive) {
        state.value(&resource)
        state.value(&alerting)
        state.value(&score)
        state.value(&alerts)
        state.value(&delay)
        state.value(&reached)
        state.value(&others)
        state.value(&surprise)
        state.value(&rarest)
        state.value(&crowding)
        state.value(&worst)
        state.value(&neighbours)
        state.value(&shared)
        state.value(&explained)
        state.value(&explainedByDependency)
        state.value(&usualDelay)
        var hasChange = change != nil
        state.value(&hasChange)
        guard hasChange else { return }
        var suspected = change ?? SuspectedChange(change: .nothing, began: .distantPast, ended: nil, lag: 0, endLag: nil)
        suspected.transfer(&state)
        change = suspected
    }
}

extension SuspectedChange {
    fileprivate mutating func transfer(_ state: inout StateArchive) {
        Change.transfer(&change, &state)
        state.value(&began)
        state.value(&ended)
        state.value(&lag)
        state.value(&endLag)
        state.value(&count)
        state.value(&window)
        state.value(&odds)
    }
}

extension Change {
    static let nothing = Change(type: .none, source: .none)

    static func transfer(_ change: inout Change, _ state: inout StateArchive) {
        var (type, source, id, message) = (change.type, change.source, change.id, change.message)
        state.value(&type)
        state.value(&source)
        state.array(&id)
        state.array(&message)
        if state.isReading { change = Change(type: type, source: source, id: id, message: message) }
    }
}
