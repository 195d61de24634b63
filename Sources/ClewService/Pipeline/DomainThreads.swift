import Dispatch
import Glibc
import Synchronization

/// Runs the domains of a correlator in several threads, each domain in one at a time.
package enum DomainThreads {
    /// Threads to use for so many domains, of the most that are wanted (nil: one a processor).
    package static func count(wanted: Int?, domains: Int) -> Int {
        min(wanted ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), domains)
    }

    /// Calls `body` for each number below `count` in at most `threads` threads, this one included; returns when all are done.
    package static func run(_ count: Int, threads: Int, _ body: (Int) -> Void) {
        let threads = min(threads, count)
        guard threads > 1 else { return (0..<count).forEach(body) }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Each number is given to one thread, and domains share nothing that any of them writes.
            nonisolated(unsafe) let body = body
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                while true {
                    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard number < count else { return }
                    body(number)
                }
            }
        }
    }
}
