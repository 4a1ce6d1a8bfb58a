import Foundation
import HTTPFront
import Logging
import S3Archive
import Voicemail

extension ConfigurationCheck {
    /// Tries a bucket, with a small object that does not stay.
    func lookAtBucket(_ report: inout Report) async {
        guard let options = configuration.archive.s3 else { return }
        if let path = options.authorities, let trouble = try? await blocking({ TLSCheck.trouble(ofAuthorities: path) }) {
            return report.add("archive.authorities_file: \(trouble)")
        }
        let key = try? await blocking(fingerprint)
        let scratch = FileManager.default.temporaryDirectory.path + "/aftertone-" + HexID.random()
        let logger = Logger(label: "archive") { _ in SwiftLogNoOpLogHandler() }
        guard let trouble = await S3Archive.trouble(with: options, scratch: scratch, key: key, logger: logger) else { return }
        report.add("archive: bucket \(options.bucket) at \(options.endpoint): \(trouble)")
    }
}
