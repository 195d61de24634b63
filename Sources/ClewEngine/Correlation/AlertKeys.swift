/// The part of a key's state that tells whether its alert is on: what each weighing of evidence reads.
struct AlertKeyState: BitwiseCopyable {
    /// Time of its last event, seconds.
    var last: Double
    /// Slot of the incident of its last occurrence; -1 before its first.
    var incident: Int32
    var cleared: Bool
}

/// The rest of the state of one alert key (algorithm.md §2.3).
struct AlertKey: BitwiseCopyable {
    var resource: UInt32
    var type: UInt32
    var identity: NameID
    var chronic: Bool
    var standing: Bool
    /// Raises after a clear within the flap window, saturating.
    var flaps: UInt8
    /// Minute of its last busy slot, and the decayed count of those.
    var slot: Int32
    var seen: Double
    /// Number of its last new alert, its entry in the incident, and its background weight.
    var alert: UInt32
    var entry: Int32
    var weight: Double
    /// Of the owner of (resource, type) only: C_vy with its time, and incidents that held it (§11).
    var background: Double
    var backgroundTime: Double
    var incidents: Double
    /// The key of the same (resource, type) without identity, which holds what belongs to both.
    var owner: Int32
}

/// Alert keys by (resource, type, identity).
struct AlertKeys: ~Copyable {
    private var owners = IndexMap(capacity: 1024)
    private var others = IndexMap()
    var all = Table<AlertKey>()
    /// Parallel to `all`.
    var states = Table<AlertKeyState>()

    var count: Int { all.count }

    private static func pack(_ resource: Int, _ type: Int) -> UInt64 { UInt64(resource) << 32 | UInt64(type) }

    /// The key without identity of (resource, type), or -1.
    @inline(__always)
    func owner(_ resource: Int, _ type: Int) -> Int { owners.find(AlertKeys.pack(resource, type)) }

    /// The key, or -1. One look-up without identity labels, two with.
    @inline(__always)
    func find(_ resource: Int, _ type: Int, _ identity: NameID) -> Int {
        let owner = owner(resource, type)
        if identity == .none || owner < 0 { return owner }
        return others.find(UInt64(owner) << 32 | UInt64(identity.index))
    }

    /// Adds a key that `find` does not know (and its owner, if that is new too).
    mutating func add(_ resource: Int, _ type: Int, _ identity: NameID) -> Int {
        var owner = self.owner(resource, type)
        if owner < 0 {
            owner = append(resource, type, .none, owner: all.count)
            owners.insert(AlertKeys.pack(resource, type), owner)
        }
        guard identity != .none else { return owner }
        let key = append(resource, type, identity, owner: owner)
        others.insert(UInt64(owner) << 32 | UInt64(identity.index), key)
        return key
    }

    private mutating func append(_ resource: Int, _ type: Int, _ identity: NameID, owner: Int) -> Int {
        states.append(AlertKeyState(last: -.infinity, incident: -1, cleared: false))
        all.append(
            AlertKey(
                resource: UInt32(resource), type: UInt32(type), identity: identity, chronic: false, standing: false, flaps: 0, slot: 0,
                seen: 0, alert: 0, entry: -1, weight: 0, background: 0,
                backgroundTime: -.infinity, incidents: 0, owner: Int32(owner)))
        return all.count - 1
    }

    /// Keeps the keys that `keep` marks; returns the new index of each old one, -1 where it went.
    ///
    /// An owner stays while a key of its own does.
    mutating func retain(_ keep: borrowing Table<Bool>) -> Table<Int32> {
        var wanted = Table(repeating: false, count: all.count)
        for at in 0..<all.count where keep[at] {
            wanted[at] = true
            wanted[Int(all[at].owner)] = true
        }
        var moved = Table<Int32>(repeating: -1, count: all.count)
        var kept = 0
        for at in 0..<all.count where wanted[at] {
            moved[at] = Int32(kept)
            all[kept] = all[at]
            states[kept] = states[at]
            kept += 1
        }
        all.shrink(to: kept)
        states.shrink(to: kept)
        owners.removeAll()
        others.removeAll()
        for at in 0..<kept {
            let owner = Int(moved[Int(all[at].owner)])
            all[at].owner = Int32(owner)
            let key = all[at]
            if owner == at {
                owners.insert(AlertKeys.pack(Int(key.resource), Int(key.type)), at)
            } else {
                others.insert(UInt64(owner) << 32 | UInt64(key.identity.index), at)
            }
        }
        return moved
    }

    mutating func transfer(_ state: inout StateArchive) {
        owners.transfer(&state)
        others.transfer(&state)
        state.table(&all)
        state.table(&states)
    }
}
