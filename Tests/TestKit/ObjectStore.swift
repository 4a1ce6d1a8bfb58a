import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Voicemail

/// A real S3 service of the test process's own: OpenStack Swift with its S3 interface, on loopback ports of its own. It ends with the process,
/// however that ends.
public final class ObjectStore: Sendable {
    public struct NotReady: Error { public let log: String }

    /// `http://127.0.0.1:PORT`.
    public let endpoint: String
    /// What stands behind a bucket's name where that is part of the host's.
    public static let domain = "s3.test"
    public static let accessKey = "test:tester", secretKey = "testing", region = "us-east-1"

    private let process: ChildProcess
    /// While it is open the service runs.
    private let leash: Pipe

    private static let script = """
        set -eu
        directory=$1 proxy=$2 account=$3 container=$4 object=$5 memory=$6
        # Another one's leash, if this was begun just when that was made: it would hold it for ever.
        for file in /proc/$$/fd/*; do
            number=${file##*/}
            if [ "$number" -gt 2 ] && [ "$number" -ne 255 ]; then eval "exec $number>&-"; fi
        done
        cd "$directory"
        # The services have sessions of their own, so that what interrupts the tests does not reach them.
        leave() {
            kill $(jobs -p) || true
            wait || true
            [ -e failed ] || rm -rf "$directory"
        }
        trap leave EXIT
        trap exit HUP INT TERM
        trap 'touch failed' ERR
        mkdir etc node node/d1
        # Its own limits are of half a second and more: on a machine that stands still for longer a listing would lack what was stored.
        patience=$(printf '%s = 120\\n' conn_timeout node_timeout recoverable_node_timeout container_update_timeout client_timeout)
        user=$(id -un)
        printf '[swift-hash]\\nswift_hash_path_prefix = a\\nswift_hash_path_suffix = b\\n[storage-policy:0]\\nname = only\\ndefault = yes\\n' > etc/swift.conf
        server() { # NAME PORT
            cat > etc/$1.conf <<END
        [DEFAULT]
        bind_ip = 127.0.0.1
        bind_port = $2
        swift_dir = $directory/etc
        devices = $directory/node
        mount_check = false
        user = $user
        workers = 0
        $patience
        [pipeline:main]
        pipeline = $1-server
        [app:$1-server]
        use = egg:swift#$1
        END
            (cd etc && swift-ring-builder $1.builder create 6 1 1 && swift-ring-builder $1.builder add r1z1-127.0.0.1:$2/d1 1 && swift-ring-builder $1.builder rebalance)
        }
        server account $account & server container $container & server object $object & wait
        filters="catch_errors cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes"
        cat > etc/proxy.conf <<END
        [DEFAULT]
        bind_ip = 127.0.0.1
        bind_port = $proxy
        swift_dir = $directory/etc
        user = $user
        workers = 0
        $patience
        [pipeline:main]
        pipeline = $filters proxy-server
        [app:proxy-server]
        use = egg:swift#proxy
        account_autocreate = true
        error_suppression_limit = 1000000
        END
        for filter in $filters; do
            printf '[filter:%s]\\nuse = egg:swift#%s\\n' $filter ${filter/%cache/memcache} >> etc/proxy.conf
            case $filter in
            cache) printf '%s\\n' "memcache_servers = 127.0.0.1:$memory" "connect_timeout = 60" "pool_timeout = 60" "io_timeout = 60" >> etc/proxy.conf ;;
            s3api) printf 'location = us-east-1\\nstorage_domain = s3.test\\n' >> etc/proxy.conf ;;
            tempauth) echo "user_test_tester = testing .admin" >> etc/proxy.conf ;;
            esac
        done
        memcached -u "$user" -l 127.0.0.1 -p $memory -U 0 -m 16 &
        swift-account-server etc/account.conf & swift-container-server etc/container.conf & swift-object-server etc/object.conf &
        # A proxy that finds one of them missing asks it no more for a minute.
        for port in $memory $account $container $object; do
            until (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do [ "$(jobs -r | wc -l)" -eq 4 ]; sleep 0.1; done
        done
        swift-proxy-server etc/proxy.conf &
        until curl -s -o /dev/null http://127.0.0.1:$proxy/; do [ "$(jobs -r | wc -l)" -eq 5 ]; sleep 0.1; done
        echo "http://127.0.0.1:$proxy" > ready.partial
        mv ready.partial ready
        read -r nothing || true
        """

    public init() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/aftertone-s3-" + String(HexID.random().prefix(8))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let script = directory + "/run.sh", log = directory + "/log", ready = directory + "/ready"
        try Self.script.write(toFile: script, atomically: true, encoding: .utf8)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let ports = try (0..<5).map { _ in try FreePort.draw() }
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        leash = Pipe.closing()
        process = try ChildProcess(
            ["bash", script, directory] + ports.map(String.init), input: leash.fileHandleForReading.fileDescriptor, output: output.fileDescriptor,
            errors: output.fileDescriptor)
        try output.close()
        let end = ContinuousClock.now + .seconds(300)
        while !FileManager.default.fileExists(atPath: ready) {
            guard ContinuousClock.now < end, !FileManager.default.fileExists(atPath: directory + "/failed") else {
                throw NotReady(log: (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        endpoint = try String(contentsOfFile: ready, encoding: .utf8).trimmingCharacters(in: .newlines)
        try await beginAccount(by: end)
    }

    /// The first bucket makes the account. Of several that do so at once some would be told that there is none: that is remembered for a while.
    private func beginAccount(by end: ContinuousClock.Instant) async throws {
        while true {
            do { return try await makeBucket(named: "first") } catch {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// The one that all tests share.
    public static let shared = Task { try await ObjectStore() }

    /// Makes an empty bucket, by the service's other interface.
    public func makeBucket() async throws -> String {
        let bucket = "t" + HexID.random().prefix(16)
        try await makeBucket(named: bucket)
        return bucket
    }

    public func makeBucket(named bucket: String) async throws { try await change(bucket, .PUT) }

    /// Removes a bucket and what is in it.
    public func removeBucket(_ bucket: String) async throws {
        let names = try await change(bucket, .GET)
        for name in names.split(separator: "\n") { try await change("\(bucket)/\(name)", .DELETE) }
        try await change(bucket, .DELETE)
    }

    /// Runs `body` with an empty bucket of its own.
    public func withBucket<Value: Sendable>(_ body: (_ bucket: String) async throws -> Value) async throws -> Value {
        try await ServerTurns.hold {
            let bucket = try await makeBucket()
            do {
                let value = try await body(bucket)
                // It may be gone, and what is left in it is left to the end of the service.
                try? await removeBucket(bucket)
                return value
            } catch {
                try? await removeBucket(bucket)
                throw error
            }
        }
    }

    /// What a server and the commands need to use a bucket.
    public func environment(bucket: String) -> [String: String] {
        [
            "AFTERTONE_ARCHIVE_KIND": "s3", "AFTERTONE_ARCHIVE_ENDPOINT": endpoint, "AFTERTONE_ARCHIVE_BUCKET": bucket,
            "AFTERTONE_ARCHIVE_REGION": Self.region, "AFTERTONE_ARCHIVE_PATH_STYLE": "true", "AWS_ACCESS_KEY_ID": Self.accessKey,
            "AWS_SECRET_ACCESS_KEY": Self.secretKey,
        ]
    }

    @discardableResult
    private func change(_ bucket: String, _ method: HTTPMethod) async throws -> String {
        var login = HTTPClientRequest(url: endpoint + "/auth/v1.0")
        login.headers = ["X-Storage-User": Self.accessKey, "X-Storage-Pass": Self.secretKey]
        let answer = try await HTTPClient.shared.execute(login, timeout: .seconds(120))
        guard let storage = answer.headers.first(name: "x-storage-url"), let token = answer.headers.first(name: "x-auth-token") else {
            throw NotReady(log: "login: \(answer.status)")
        }
        var request = HTTPClientRequest(url: storage + "/" + bucket)
        request.method = method
        request.headers = ["X-Auth-Token": token]
        let changed = try await HTTPClient.shared.execute(request, timeout: .seconds(120))
        guard (200..<300).contains(changed.status.code) else { throw NotReady(log: "\(method) \(bucket): \(changed.status)") }
        return String(buffer: try await changed.body.collect(upTo: 1 << 20))
    }
}
