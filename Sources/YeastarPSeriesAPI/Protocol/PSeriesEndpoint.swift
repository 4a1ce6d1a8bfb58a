import HTTPTypes

/// The endpoints under `/openapi/v1.0/`, by their paths. `Sources/COpenAPI/p-series.json`, the description, is compared with it.
enum PSeriesEndpoint: String, Sendable, CaseIterable {
    case getToken = "get_token"
    case refreshToken = "refresh_token"
    case deleteToken = "del_token"

    case greetingList = "extension_vm_greeting/list"
    case greetingDownload = "extension_vm_greeting/download"
    case greetingPlay = "extension_vm_greeting/play"
    case greetingUpload = "extension_vm_greeting/upload"
    case greetingDelete = "extension_vm_greeting/delete"
    case greetingRecord = "extension_vm_greeting/record"
    case greetingUpdate = "extension_vm_greeting/update"
    case greetingCreate = "extension_vm_greeting/create"

    case groupGreetingList = "vm_greeting/list"
    case groupGreetingDownload = "vm_greeting/download"
    case groupGreetingPlay = "vm_greeting/play"
    case groupGreetingUpload = "vm_greeting/upload"
    case groupGreetingDelete = "vm_greeting/delete"
    case groupGreetingRecord = "vm_greeting/record"
    case groupGreetingUpdate = "vm_greeting/update"
    case groupGreetingCreate = "vm_greeting/create"

    case messageGet = "vm/get"
    case messageQuery = "vm/query"
    case messageDownload = "vm/download"
    case messageCreate = "vm/create"
    case messageUpdate = "vm/update"
    case messageDelete = "vm/delete"
    case messageDeleteAll = "vm/delete_extension_vm"
    case groupList = "vm_group/list"

    case recordingList = "recording/list"
    case recordingSearch = "recording/search"
    case recordingDownload = "recording/download"
    case recordStart = "call/record_start"
    case recordPause = "call/record_pause"
    case recordUnpause = "call/record_unpause"

    case extensionList = "extension/list"
    case extensionSearch = "extension/search"
    case extensionGet = "extension/get"
    case extensionQuery = "extension/query"
    case extensionPassword = "extension/getpassword"
    case extensionCreate = "extension/create"
    case extensionUpdate = "extension/update"
    case extensionDelete = "extension/delete"

    case systemInformation = "system/information"
    case callRecordList = "cdr/list"
    case callRecordSearch = "cdr/search"

    case subscribe
    case webhookQuery = "webhook/query"
    case webhookUpdate = "webhook/update"

    case globalGreetingList = "vm_global_greeting/list"
    case promptUpload = "custom_prompt/upload"

    /// `GET` asks and deletes, `POST` adds, changes and performs (P§2.2).
    var method: HTTPRequest.Method { row.method }

    /// What an application must be allowed; nil for what every one may.
    var permission: ApplicationPermission? { row.permission }

    /// Whether its body is an upload, which it reads itself.
    var takesFile: Bool { row.takesFile }

    /// Whether it is called without an access token (P§2.1).
    var isPublic: Bool { self == .getToken || self == .refreshToken }
}
