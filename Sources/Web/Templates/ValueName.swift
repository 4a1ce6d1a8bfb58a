import Synchronization

/// The name of a value, by a number that it has for as long as the process lives: values are found by their numbers.
struct ValueName: Sendable, Hashable {
    let number: Int32

    /// All that templates and the program have named; there are some hundred, and none comes from outside.
    private static let numbers = Mutex<[String: Int32]>([:])

    init(_ name: String) {
        number = Self.numbers.withLock { numbers in
            if let known = numbers[name] { return known }
            numbers[name] = Int32(numbers.count)
            return Int32(numbers.count - 1)
        }
    }

    /// Those there are by now.
    static var known: [String: Int32] { numbers.withLock { $0 } }
}

/// What every page has.
extension ValueName {
    static let language = ValueName("language"), style = ValueName("style"), root = ValueName("root"), home = ValueName("home"), form = ValueName("form")
    static let userName = ValueName("user_name"), accountName = ValueName("account_name")
    static let administers = ValueName("administers"), hearsRecordings = ValueName("hears_recordings")
}

/// What a list of messages has, and each of them.
extension ValueName {
    static let title = ValueName("title"), heading = ValueName("heading"), current = ValueName("current"), folder = ValueName("folder")
    static let start = ValueName("start"), inNew = ValueName("in_new"), inSaved = ValueName("in_saved"), inTrash = ValueName("in_trash")
    static let empty = ValueName("empty"), newTotal = ValueName("new_total"), savedTotal = ValueName("saved_total"), newCount = ValueName("new_count")
    static let hasMessages = ValueName("has_messages"), messages = ValueName("messages"), mayChange = ValueName("may_change"), live = ValueName("live")
    static let hasPages = ValueName("has_pages"), newest = ValueName("newest"), older = ValueName("older"), olderText = ValueName("older_text")
    static let lookedFor = ValueName("looked_for"), lookedSince = ValueName("looked_since"), lookedUntil = ValueName("looked_until")
    static let isSearch = ValueName("is_search"), messagesAt = ValueName("messages_at")
    static let told = ValueName("told"), toldText = ValueName("told_text"), toldPart = ValueName("told_part"), undo = ValueName("undo")

    static let id = ValueName("id"), left = ValueName("left"), leftShown = ValueName("left_shown"), length = ValueName("length")
    static let hasSound = ValueName("has_sound"), caller = ValueName("caller"), dial = ValueName("dial"), number = ValueName("number")
    static let label = ValueName("label"), notes = ValueName("notes"), noteBy = ValueName("note_by"), note = ValueName("note"), said = ValueName("said")
}

/// What a list of mailboxes has.
extension ValueName {
    static let boxes = ValueName("boxes"), others = ValueName("others"), moreBoxes = ValueName("more_boxes"), firstBoxes = ValueName("first_boxes")
    static let boxID = ValueName("box_id"), boxNumber = ValueName("box_number"), boxName = ValueName("box_name"), boxNew = ValueName("box_new")
    static let isShared = ValueName("is_shared"), isCurrent = ValueName("is_current")
}
