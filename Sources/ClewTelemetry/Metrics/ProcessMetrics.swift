import Glibc

/// The metrics that every process exposes under the same names: CPU, memory, open files, start.
public enum ProcessMetrics {
    /// Registers them; they are read from the kernel at each exposition.
    public static func register(in registry: MetricRegistry) {
        let cpu = registry.counter("process_cpu_seconds_total", "User and system CPU time of the process, in seconds.")
        let resident = registry.gauge("process_resident_memory_bytes", "Resident memory of the process, in bytes.")
        let virtual = registry.gauge("process_virtual_memory_bytes", "Virtual memory of the process, in bytes.")
        let threads = registry.gauge("process_threads", "Threads of the process.")
        let files = registry.gauge("process_open_fds", "Open file descriptors of the process.")
        let filesMax = registry.gauge("process_max_fds", "Most file descriptors that the process may open.")
        let start = registry.gauge("process_start_time_seconds", "Start of the process, seconds since 1970.")
        registry.beforeExposition {
            var usage = rusage()
            if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
                cpu.mirror(seconds(usage.ru_utime) + seconds(usage.ru_stime))
            }
            var limit = rlimit()
            if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 { filesMax.set(Double(limit.rlim_cur)) }
            files.set(openDescriptors().map(Double.init) ?? .nan)
            guard let status = Status.read() else { return }
            resident.set(status.residentBytes)
            virtual.set(status.virtualBytes)
            threads.set(status.threads)
            if let boot = bootSeconds() { start.set(boot + status.startSeconds) }
        }
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    /// The fields of interest of `/proc/self/stat`.
    struct Status {
        var threads: Double
        /// After the start of the system.
        var startSeconds: Double
        var virtualBytes: Double
        var residentBytes: Double

        static func read() -> Status? {
            smallFile("/proc/self/stat").flatMap(Status.init(stat:))
        }

        /// The name of the program may contain anything, also parentheses: fields count from the last one.
        init?(stat: String) {
            guard let close = stat.lastIndex(of: ")") else { return nil }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            guard fields.count > 21, let threads = Double(fields[17]), let start = Double(fields[19]),
                let virtual = Double(fields[20]), let pages = Double(fields[21])
            else { return nil }
            self.threads = threads
            startSeconds = start / Double(sysconf(Int32(_SC_CLK_TCK)))
            virtualBytes = virtual
            residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        }
    }

    /// When the system started, seconds since 1970.
    private static func bootSeconds() -> Double? {
        guard let stat = smallFile("/proc/stat"), let line = stat.split(separator: "\n").first(where: { $0.hasPrefix("btime ") })
        else { return nil }
        return Double(line.dropFirst(6))
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without ".", ".." and the descriptor of the directory itself.
        return max(0, count - 3)
    }

    private static func smallFile(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while content.count < 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        return String(decoding: content, as: UTF8.self)
    }
}
