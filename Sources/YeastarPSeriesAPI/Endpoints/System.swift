import Voicemail

/// `system/information` (P§9.5).
extension PSeriesDialect {
    func systemInformation(_ call: PSeriesCall) -> PSeriesAnswer {
        let now = service.clock.now
        return .fields([
            "data": [
                "device_name": .string(settings.deviceName), "model_name": .string(settings.modelName),
                "sn": .string(settings.serialNumber ?? service.serialNumber), "firmware_version": .string(settings.firmware),
                "system_time": .string(settings.displayFormat.text(now, in: call.zone)), "up_time": .int(max(0, now.unix - started.unix)),
                "system_date_format": .string(settings.displayFormat.date), "system_time_format": .string(settings.displayFormat.time),
                "timestamp": .int(now.unix),
            ]
        ])
    }
}
