import Glibc
import Synchronization

@testable import FileArchive

/// The real file system, with a record of the calls that matter to durability, and any of them made to fail.
final class Faults: Sendable {
    enum Step: String, CaseIterable, Sendable {
        case open, lock, rename, syncDirectory, write, sync
    }

    private struct State {
        var calls: [Step] = []
        var failing: [Step: (after: Int, code: Int32)] = [:]
        var free: Int?
        var freeError: Int32?
        var now = 1000.0
    }

    private let state = Mutex(State())

    /// The calls since the last `reset`, in order.
    var calls: [Step] { state.withLock(\.calls) }

    /// Lets a call fail with `code`, after `count` that succeed.
    func fail(_ step: Step, _ code: Int32, after count: Int = 0) {
        state.withLock { $0.failing[step] = (count, code) }
    }

    /// Everything works again, and the record is empty.
    func reset() {
        state.withLock { state in
            state.failing = [:]
            state.calls = []
            state.free = nil
            state.freeError = nil
        }
    }

    /// What the file system says is free; nil for the truth.
    func setFree(_ bytes: Int?) { state.withLock { $0.free = bytes } }

    func failFree(_ code: Int32) { state.withLock { $0.freeError = code } }

    func advance(_ seconds: Double) { state.withLock { $0.now += seconds } }

    private func pass(_ step: Step) throws(SystemError) {
        let code: Int32? = state.withLock { state in
            state.calls.append(step)
            guard let fault = state.failing[step] else { return nil }
            if fault.after == 0 { return fault.code }
            state.failing[step] = (fault.after - 1, fault.code)
            return nil
        }
        if let code { throw SystemError(operation: step.rawValue, code: code) }
    }

    var system: FileSystem {
        var system = FileSystem.system
        let real = system
        system.open = { path, flags throws(SystemError) in
            if flags & O_CREAT != 0 { try self.pass(.open) }
            return try real.open(path, flags)
        }
        system.lock = { descriptor throws(SystemError) in
            try self.pass(.lock)
            try real.lock(descriptor)
        }
        system.rename = { from, to throws(SystemError) in
            try self.pass(.rename)
            try real.rename(from, to)
        }
        system.syncDirectory = { path throws(SystemError) in
            try self.pass(.syncDirectory)
            try real.syncDirectory(path)
        }
        system.write = { descriptor, bytes, offset throws(SystemError) in
            try self.pass(.write)
            return try real.write(descriptor, bytes, offset)
        }
        system.sync = { descriptor throws(SystemError) in
            try self.pass(.sync)
            try real.sync(descriptor)
        }
        system.freeBytes = { path throws(SystemError) in
            let (free, code) = self.state.withLock { ($0.free, $0.freeError) }
            if let code { throw SystemError(operation: "ask for free space", code: code) }
            if let free { return free }
            return try real.freeBytes(path)
        }
        system.now = { self.state.withLock(\.now) }
        return system
    }
}
