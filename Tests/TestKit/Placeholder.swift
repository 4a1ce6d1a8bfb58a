import Voicemail
