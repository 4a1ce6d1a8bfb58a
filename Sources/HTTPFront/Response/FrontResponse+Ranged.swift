import HTTPTypes
import Voicemail

extension FrontResponse {
    /// A blob, or the part of it that a `Range` header asks for: 200, 206 or 416, with `Accept-Ranges` and `Content-Range`.
    /// - Parameter headers: the rest, such as `Content-Type` and `Content-Disposition`.
    public static func ranged(
        _ reader: any BlobReader, range header: String?, policy: ByteRange.Policy, headers: HTTPFields, routeLabel: String? = nil
    ) -> FrontResponse {
        let size = reader.size
        let asked = ByteRange(header, size: size, policy: policy)
        var response = FrontResponse(status: .ok, headers: headers, routeLabel: routeLabel)
        response.headers[.acceptRanges] = "bytes"
        response.headers[.contentRange] = asked.contentRange(of: size)
        switch asked {
        case .whole:
            response.body = .file(FileSlice(reader))
        case .part(let range):
            response.status = .partialContent
            response.body = .file(FileSlice(reader, range: range))
        case .unsatisfiable:
            response.status = .rangeNotSatisfiable
            response.headers[.contentType] = nil
            response.headers[.contentDisposition] = nil
        }
        return response
    }
}
