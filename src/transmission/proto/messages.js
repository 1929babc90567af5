/* Made by scripts/check-proto.mjs from proto/: change those instead. */
import $protobuf from "./runtime.js";

const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

const $root = $protobuf.roots["vaultwire"] || ($protobuf.roots["vaultwire"] = {});

export const AccountSummary = $root.AccountSummary = (() => {

    const AccountSummary = {};

    AccountSummary.AccountSummaryRequest = (function() {

        const AccountSummaryRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AccountSummaryRequest.prototype.summaryVersion = 0;
        AccountSummaryRequest.prototype.includeRecentActivity = false;

        AccountSummaryRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.summaryVersion != null && $Object.hasOwnProperty.call(message, "summaryVersion") && message.summaryVersion !== 0)
                writer.uint32(8).int32(message.summaryVersion);
            if (message.includeRecentActivity != null && $Object.hasOwnProperty.call(message, "includeRecentActivity") && message.includeRecentActivity !== false)
                writer.uint32(16).bool(message.includeRecentActivity);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AccountSummaryRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.AccountSummary.AccountSummaryRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.summaryVersion = value;
                        else
                            delete message.summaryVersion;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.includeRecentActivity = value;
                        else
                            delete message.includeRecentActivity;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AccountSummaryRequest;
    })();

    AccountSummary.KeysInfo = (function() {

        const KeysInfo = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        KeysInfo.prototype.encryptionParams = $util.newBuffer([]);
        KeysInfo.prototype.encryptedDataKey = $util.newBuffer([]);
        KeysInfo.prototype.dataKeyBackupDate = 0;
        KeysInfo.prototype.userAuthUid = $util.newBuffer([]);
        KeysInfo.prototype.encryptedPrivateKey = $util.newBuffer([]);
        KeysInfo.prototype.encryptedEccPrivateKey = $util.newBuffer([]);
        KeysInfo.prototype.eccPublicKey = $util.newBuffer([]);

        KeysInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.encryptionParams != null && $Object.hasOwnProperty.call(message, "encryptionParams") && message.encryptionParams.length)
                writer.uint32(10).bytes(message.encryptionParams);
            if (message.encryptedDataKey != null && $Object.hasOwnProperty.call(message, "encryptedDataKey") && message.encryptedDataKey.length)
                writer.uint32(18).bytes(message.encryptedDataKey);
            if (message.dataKeyBackupDate != null && $Object.hasOwnProperty.call(message, "dataKeyBackupDate") && !$Object.is(message.dataKeyBackupDate, 0))
                writer.uint32(25).double(message.dataKeyBackupDate);
            if (message.userAuthUid != null && $Object.hasOwnProperty.call(message, "userAuthUid") && message.userAuthUid.length)
                writer.uint32(34).bytes(message.userAuthUid);
            if (message.encryptedPrivateKey != null && $Object.hasOwnProperty.call(message, "encryptedPrivateKey") && message.encryptedPrivateKey.length)
                writer.uint32(42).bytes(message.encryptedPrivateKey);
            if (message.encryptedEccPrivateKey != null && $Object.hasOwnProperty.call(message, "encryptedEccPrivateKey") && message.encryptedEccPrivateKey.length)
                writer.uint32(50).bytes(message.encryptedEccPrivateKey);
            if (message.eccPublicKey != null && $Object.hasOwnProperty.call(message, "eccPublicKey") && message.eccPublicKey.length)
                writer.uint32(58).bytes(message.eccPublicKey);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        KeysInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.AccountSummary.KeysInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptionParams = value;
                        else
                            delete message.encryptionParams;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedDataKey = value;
                        else
                            delete message.encryptedDataKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 1)
                            break;
                        if (!$Object.is(value = reader.double(), 0))
                            message.dataKeyBackupDate = value;
                        else
                            delete message.dataKeyBackupDate;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.userAuthUid = value;
                        else
                            delete message.userAuthUid;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedPrivateKey = value;
                        else
                            delete message.encryptedPrivateKey;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedEccPrivateKey = value;
                        else
                            delete message.encryptedEccPrivateKey;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.eccPublicKey = value;
                        else
                            delete message.eccPublicKey;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return KeysInfo;
    })();

    AccountSummary.AccountSummaryElements = (function() {

        const AccountSummaryElements = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AccountSummaryElements.prototype.clientKey = $util.newBuffer([]);
        AccountSummaryElements.prototype.keysInfo = null;

        AccountSummaryElements.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.clientKey != null && $Object.hasOwnProperty.call(message, "clientKey") && message.clientKey.length)
                writer.uint32(10).bytes(message.clientKey);
            if (message.keysInfo != null && $Object.hasOwnProperty.call(message, "keysInfo"))
                $root.AccountSummary.KeysInfo.encode(message.keysInfo, writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AccountSummaryElements.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.AccountSummary.AccountSummaryElements();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.clientKey = value;
                        else
                            delete message.clientKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        message.keysInfo = $root.AccountSummary.KeysInfo.decode(reader, reader.size(), $undefined, _depth + 1, message.keysInfo);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AccountSummaryElements;
    })();

    return AccountSummary;
})();

export const Authentication = $root.Authentication = (() => {

    const Authentication = {};

    Authentication.ApiRequest = (function() {

        const ApiRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ApiRequest.prototype.encryptedTransmissionKey = $util.newBuffer([]);
        ApiRequest.prototype.publicKeyId = 0;
        ApiRequest.prototype.locale = "";
        ApiRequest.prototype.encryptedPayload = $util.newBuffer([]);
        ApiRequest.prototype.encryptionType = 0;
        ApiRequest.prototype.recaptcha = "";
        ApiRequest.prototype.subEnvironment = "";
        ApiRequest.prototype.qrcMessageKey = null;

        ApiRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.encryptedTransmissionKey != null && $Object.hasOwnProperty.call(message, "encryptedTransmissionKey") && message.encryptedTransmissionKey.length)
                writer.uint32(10).bytes(message.encryptedTransmissionKey);
            if (message.publicKeyId != null && $Object.hasOwnProperty.call(message, "publicKeyId") && message.publicKeyId !== 0)
                writer.uint32(16).int32(message.publicKeyId);
            if (message.locale != null && $Object.hasOwnProperty.call(message, "locale") && message.locale !== "")
                writer.uint32(26).string(message.locale);
            if (message.encryptedPayload != null && $Object.hasOwnProperty.call(message, "encryptedPayload") && message.encryptedPayload.length)
                writer.uint32(34).bytes(message.encryptedPayload);
            if (message.encryptionType != null && $Object.hasOwnProperty.call(message, "encryptionType") && message.encryptionType !== 0)
                writer.uint32(40).int32(message.encryptionType);
            if (message.recaptcha != null && $Object.hasOwnProperty.call(message, "recaptcha") && message.recaptcha !== "")
                writer.uint32(50).string(message.recaptcha);
            if (message.subEnvironment != null && $Object.hasOwnProperty.call(message, "subEnvironment") && message.subEnvironment !== "")
                writer.uint32(58).string(message.subEnvironment);
            if (message.qrcMessageKey != null && $Object.hasOwnProperty.call(message, "qrcMessageKey"))
                $root.Authentication.QrcMessageKey.encode(message.qrcMessageKey, writer.uint32(66).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ApiRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.ApiRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedTransmissionKey = value;
                        else
                            delete message.encryptedTransmissionKey;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.publicKeyId = value;
                        else
                            delete message.publicKeyId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.locale = value;
                        else
                            delete message.locale;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedPayload = value;
                        else
                            delete message.encryptedPayload;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.encryptionType = value;
                        else
                            delete message.encryptionType;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.recaptcha = value;
                        else
                            delete message.recaptcha;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.subEnvironment = value;
                        else
                            delete message.subEnvironment;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        message.qrcMessageKey = $root.Authentication.QrcMessageKey.decode(reader, reader.size(), $undefined, _depth + 1, message.qrcMessageKey);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ApiRequest;
    })();

    Authentication.ApiRequestPayload = (function() {

        const ApiRequestPayload = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ApiRequestPayload.prototype.payload = $util.newBuffer([]);
        ApiRequestPayload.prototype.encryptedSessionToken = $util.newBuffer([]);
        ApiRequestPayload.prototype.timeToken = $util.newBuffer([]);
        ApiRequestPayload.prototype.apiVersion = 0;

        ApiRequestPayload.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                writer.uint32(10).bytes(message.payload);
            if (message.encryptedSessionToken != null && $Object.hasOwnProperty.call(message, "encryptedSessionToken") && message.encryptedSessionToken.length)
                writer.uint32(18).bytes(message.encryptedSessionToken);
            if (message.timeToken != null && $Object.hasOwnProperty.call(message, "timeToken") && message.timeToken.length)
                writer.uint32(26).bytes(message.timeToken);
            if (message.apiVersion != null && $Object.hasOwnProperty.call(message, "apiVersion") && message.apiVersion !== 0)
                writer.uint32(32).int32(message.apiVersion);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ApiRequestPayload.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.ApiRequestPayload();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.payload = value;
                        else
                            delete message.payload;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedSessionToken = value;
                        else
                            delete message.encryptedSessionToken;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.timeToken = value;
                        else
                            delete message.timeToken;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.apiVersion = value;
                        else
                            delete message.apiVersion;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ApiRequestPayload;
    })();

    Authentication.QrcMessageKey = (function() {

        const QrcMessageKey = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        QrcMessageKey.prototype.clientEcPublicKey = $util.newBuffer([]);
        QrcMessageKey.prototype.mlKemEncapsulatedKey = $util.newBuffer([]);
        QrcMessageKey.prototype.data = $util.newBuffer([]);
        QrcMessageKey.prototype.msgVersion = 0;
        QrcMessageKey.prototype.ecKeyId = 0;

        QrcMessageKey.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.clientEcPublicKey != null && $Object.hasOwnProperty.call(message, "clientEcPublicKey") && message.clientEcPublicKey.length)
                writer.uint32(10).bytes(message.clientEcPublicKey);
            if (message.mlKemEncapsulatedKey != null && $Object.hasOwnProperty.call(message, "mlKemEncapsulatedKey") && message.mlKemEncapsulatedKey.length)
                writer.uint32(18).bytes(message.mlKemEncapsulatedKey);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(26).bytes(message.data);
            if (message.msgVersion != null && $Object.hasOwnProperty.call(message, "msgVersion") && message.msgVersion !== 0)
                writer.uint32(32).int32(message.msgVersion);
            if (message.ecKeyId != null && $Object.hasOwnProperty.call(message, "ecKeyId") && message.ecKeyId !== 0)
                writer.uint32(40).int32(message.ecKeyId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        QrcMessageKey.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.QrcMessageKey();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.clientEcPublicKey = value;
                        else
                            delete message.clientEcPublicKey;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.mlKemEncapsulatedKey = value;
                        else
                            delete message.mlKemEncapsulatedKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.msgVersion = value;
                        else
                            delete message.msgVersion;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.ecKeyId = value;
                        else
                            delete message.ecKeyId;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return QrcMessageKey;
    })();

    Authentication.Salt = (function() {

        const Salt = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        Salt.prototype.iterations = 0;
        Salt.prototype.salt = $util.newBuffer([]);
        Salt.prototype.algorithm = 0;
        Salt.prototype.uid = $util.newBuffer([]);
        Salt.prototype.name = "";

        Salt.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.iterations != null && $Object.hasOwnProperty.call(message, "iterations") && message.iterations !== 0)
                writer.uint32(8).int32(message.iterations);
            if (message.salt != null && $Object.hasOwnProperty.call(message, "salt") && message.salt.length)
                writer.uint32(18).bytes(message.salt);
            if (message.algorithm != null && $Object.hasOwnProperty.call(message, "algorithm") && message.algorithm !== 0)
                writer.uint32(24).int32(message.algorithm);
            if (message.uid != null && $Object.hasOwnProperty.call(message, "uid") && message.uid.length)
                writer.uint32(34).bytes(message.uid);
            if (message.name != null && $Object.hasOwnProperty.call(message, "name") && message.name !== "")
                writer.uint32(42).string(message.name);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        Salt.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.Salt();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.iterations = value;
                        else
                            delete message.iterations;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.salt = value;
                        else
                            delete message.salt;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.algorithm = value;
                        else
                            delete message.algorithm;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.uid = value;
                        else
                            delete message.uid;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.name = value;
                        else
                            delete message.name;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return Salt;
    })();

    Authentication.ChangeMasterPasswordRequest = (function() {

        const ChangeMasterPasswordRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ChangeMasterPasswordRequest.prototype.authVerifier = $util.newBuffer([]);
        ChangeMasterPasswordRequest.prototype.encryptionParams = $util.newBuffer([]);
        ChangeMasterPasswordRequest.prototype.fromServiceProvider = false;
        ChangeMasterPasswordRequest.prototype.iterationsChange = false;

        ChangeMasterPasswordRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.authVerifier != null && $Object.hasOwnProperty.call(message, "authVerifier") && message.authVerifier.length)
                writer.uint32(10).bytes(message.authVerifier);
            if (message.encryptionParams != null && $Object.hasOwnProperty.call(message, "encryptionParams") && message.encryptionParams.length)
                writer.uint32(18).bytes(message.encryptionParams);
            if (message.fromServiceProvider != null && $Object.hasOwnProperty.call(message, "fromServiceProvider") && message.fromServiceProvider !== false)
                writer.uint32(24).bool(message.fromServiceProvider);
            if (message.iterationsChange != null && $Object.hasOwnProperty.call(message, "iterationsChange") && message.iterationsChange !== false)
                writer.uint32(32).bool(message.iterationsChange);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ChangeMasterPasswordRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.ChangeMasterPasswordRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.authVerifier = value;
                        else
                            delete message.authVerifier;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptionParams = value;
                        else
                            delete message.encryptionParams;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.fromServiceProvider = value;
                        else
                            delete message.fromServiceProvider;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.iterationsChange = value;
                        else
                            delete message.iterationsChange;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ChangeMasterPasswordRequest;
    })();

    Authentication.SetEccKeyPairRequest = (function() {

        const SetEccKeyPairRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        SetEccKeyPairRequest.prototype.publicKey = $util.newBuffer([]);
        SetEccKeyPairRequest.prototype.encryptedPrivateKey = $util.newBuffer([]);

        SetEccKeyPairRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.publicKey != null && $Object.hasOwnProperty.call(message, "publicKey") && message.publicKey.length)
                writer.uint32(10).bytes(message.publicKey);
            if (message.encryptedPrivateKey != null && $Object.hasOwnProperty.call(message, "encryptedPrivateKey") && message.encryptedPrivateKey.length)
                writer.uint32(18).bytes(message.encryptedPrivateKey);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        SetEccKeyPairRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.SetEccKeyPairRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.publicKey = value;
                        else
                            delete message.publicKey;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedPrivateKey = value;
                        else
                            delete message.encryptedPrivateKey;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return SetEccKeyPairRequest;
    })();

    Authentication.RegisterDeviceDataKeyRequest = (function() {

        const RegisterDeviceDataKeyRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RegisterDeviceDataKeyRequest.prototype.encryptedDeviceToken = $util.newBuffer([]);
        RegisterDeviceDataKeyRequest.prototype.encryptedDeviceDataKey = $util.newBuffer([]);

        RegisterDeviceDataKeyRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.encryptedDeviceToken != null && $Object.hasOwnProperty.call(message, "encryptedDeviceToken") && message.encryptedDeviceToken.length)
                writer.uint32(10).bytes(message.encryptedDeviceToken);
            if (message.encryptedDeviceDataKey != null && $Object.hasOwnProperty.call(message, "encryptedDeviceDataKey") && message.encryptedDeviceDataKey.length)
                writer.uint32(18).bytes(message.encryptedDeviceDataKey);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RegisterDeviceDataKeyRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.RegisterDeviceDataKeyRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedDeviceToken = value;
                        else
                            delete message.encryptedDeviceToken;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedDeviceDataKey = value;
                        else
                            delete message.encryptedDeviceDataKey;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RegisterDeviceDataKeyRequest;
    })();

    Authentication.ClientFormFactor = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "FF_EMPTY"] = 0;
        values[valuesById[1] = "FF_PHONE"] = 1;
        values[valuesById[2] = "FF_TABLET"] = 2;
        values[valuesById[3] = "FF_WATCH"] = 3;
        return values;
    })();

    Authentication.RegisterDeviceInRegionRequest = (function() {

        const RegisterDeviceInRegionRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RegisterDeviceInRegionRequest.prototype.encryptedDeviceToken = $util.newBuffer([]);
        RegisterDeviceInRegionRequest.prototype.clientVersion = "";
        RegisterDeviceInRegionRequest.prototype.deviceName = "";
        RegisterDeviceInRegionRequest.prototype.devicePublicKey = $util.newBuffer([]);
        RegisterDeviceInRegionRequest.prototype.devicePlatform = "";
        RegisterDeviceInRegionRequest.prototype.clientFormFactor = 0;

        RegisterDeviceInRegionRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.encryptedDeviceToken != null && $Object.hasOwnProperty.call(message, "encryptedDeviceToken") && message.encryptedDeviceToken.length)
                writer.uint32(10).bytes(message.encryptedDeviceToken);
            if (message.clientVersion != null && $Object.hasOwnProperty.call(message, "clientVersion") && message.clientVersion !== "")
                writer.uint32(18).string(message.clientVersion);
            if (message.deviceName != null && $Object.hasOwnProperty.call(message, "deviceName") && message.deviceName !== "")
                writer.uint32(26).string(message.deviceName);
            if (message.devicePublicKey != null && $Object.hasOwnProperty.call(message, "devicePublicKey") && message.devicePublicKey.length)
                writer.uint32(34).bytes(message.devicePublicKey);
            if (message.devicePlatform != null && $Object.hasOwnProperty.call(message, "devicePlatform") && message.devicePlatform !== "")
                writer.uint32(42).string(message.devicePlatform);
            if (message.clientFormFactor != null && $Object.hasOwnProperty.call(message, "clientFormFactor") && message.clientFormFactor !== 0)
                writer.uint32(48).int32(message.clientFormFactor);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RegisterDeviceInRegionRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.RegisterDeviceInRegionRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedDeviceToken = value;
                        else
                            delete message.encryptedDeviceToken;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.clientVersion = value;
                        else
                            delete message.clientVersion;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceName = value;
                        else
                            delete message.deviceName;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.devicePublicKey = value;
                        else
                            delete message.devicePublicKey;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.devicePlatform = value;
                        else
                            delete message.devicePlatform;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.clientFormFactor = value;
                        else
                            delete message.clientFormFactor;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RegisterDeviceInRegionRequest;
    })();

    Authentication.GetPublicKeysRequest = (function() {

        const GetPublicKeysRequest = function (properties) {
            this.usernames = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetPublicKeysRequest.prototype.usernames = $util.emptyArray;

        GetPublicKeysRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.usernames != null && message.usernames.length)
                for (let i = 0; i < message.usernames.length; ++i)
                    writer.uint32(10).string(message.usernames[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetPublicKeysRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.GetPublicKeysRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.usernames && message.usernames.length))
                            message.usernames = [];
                        message.usernames.push(reader.stringVerify());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GetPublicKeysRequest;
    })();

    Authentication.PublicKeyResponse = (function() {

        const PublicKeyResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PublicKeyResponse.prototype.username = "";
        PublicKeyResponse.prototype.publicKey = $util.newBuffer([]);
        PublicKeyResponse.prototype.publicEccKey = $util.newBuffer([]);
        PublicKeyResponse.prototype.message = "";
        PublicKeyResponse.prototype.errorCode = "";
        PublicKeyResponse.prototype.accountUid = $util.newBuffer([]);

        PublicKeyResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.username != null && $Object.hasOwnProperty.call(message, "username") && message.username !== "")
                writer.uint32(10).string(message.username);
            if (message.publicKey != null && $Object.hasOwnProperty.call(message, "publicKey") && message.publicKey.length)
                writer.uint32(18).bytes(message.publicKey);
            if (message.publicEccKey != null && $Object.hasOwnProperty.call(message, "publicEccKey") && message.publicEccKey.length)
                writer.uint32(26).bytes(message.publicEccKey);
            if (message.message != null && $Object.hasOwnProperty.call(message, "message") && message.message !== "")
                writer.uint32(34).string(message.message);
            if (message.errorCode != null && $Object.hasOwnProperty.call(message, "errorCode") && message.errorCode !== "")
                writer.uint32(42).string(message.errorCode);
            if (message.accountUid != null && $Object.hasOwnProperty.call(message, "accountUid") && message.accountUid.length)
                writer.uint32(50).bytes(message.accountUid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PublicKeyResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.PublicKeyResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.username = value;
                        else
                            delete message.username;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.publicKey = value;
                        else
                            delete message.publicKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.publicEccKey = value;
                        else
                            delete message.publicEccKey;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.message = value;
                        else
                            delete message.message;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.errorCode = value;
                        else
                            delete message.errorCode;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.accountUid = value;
                        else
                            delete message.accountUid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PublicKeyResponse;
    })();

    Authentication.GetPublicKeysResponse = (function() {

        const GetPublicKeysResponse = function (properties) {
            this.keyResponses = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetPublicKeysResponse.prototype.keyResponses = $util.emptyArray;

        GetPublicKeysResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.keyResponses != null && message.keyResponses.length)
                for (let i = 0; i < message.keyResponses.length; ++i)
                    $root.Authentication.PublicKeyResponse.encode(message.keyResponses[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetPublicKeysResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.GetPublicKeysResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.keyResponses && message.keyResponses.length))
                            message.keyResponses = [];
                        message.keyResponses.push($root.Authentication.PublicKeyResponse.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GetPublicKeysResponse;
    })();

    Authentication.UserDataKeyRequest = (function() {

        const UserDataKeyRequest = function (properties) {
            this.enterpriseUserId = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UserDataKeyRequest.prototype.enterpriseUserId = $util.emptyArray;

        UserDataKeyRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.enterpriseUserId != null && message.enterpriseUserId.length)
                writer.uint32(10).int64s(message.enterpriseUserId);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UserDataKeyRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.UserDataKeyRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType === 2) {
                            if (!(message.enterpriseUserId && message.enterpriseUserId.length))
                                message.enterpriseUserId = [];
                            reader.int64s(message.enterpriseUserId);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.enterpriseUserId && message.enterpriseUserId.length))
                            message.enterpriseUserId = [];
                        message.enterpriseUserId.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UserDataKeyRequest;
    })();

    Authentication.EnterpriseUserIdDataKeyPair = (function() {

        const EnterpriseUserIdDataKeyPair = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        EnterpriseUserIdDataKeyPair.prototype.enterpriseUserId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        EnterpriseUserIdDataKeyPair.prototype.encryptedDataKey = $util.newBuffer([]);
        EnterpriseUserIdDataKeyPair.prototype.keyType = 0;

        EnterpriseUserIdDataKeyPair.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.enterpriseUserId != null && $Object.hasOwnProperty.call(message, "enterpriseUserId") && (typeof message.enterpriseUserId === "object" ? message.enterpriseUserId.low || message.enterpriseUserId.high : message.enterpriseUserId !== 0))
                writer.uint32(8).int64(message.enterpriseUserId);
            if (message.encryptedDataKey != null && $Object.hasOwnProperty.call(message, "encryptedDataKey") && message.encryptedDataKey.length)
                writer.uint32(18).bytes(message.encryptedDataKey);
            if (message.keyType != null && $Object.hasOwnProperty.call(message, "keyType") && message.keyType !== 0)
                writer.uint32(24).int32(message.keyType);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        EnterpriseUserIdDataKeyPair.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.EnterpriseUserIdDataKeyPair();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.enterpriseUserId = value;
                        else
                            delete message.enterpriseUserId;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedDataKey = value;
                        else
                            delete message.encryptedDataKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.keyType = value;
                        else
                            delete message.keyType;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return EnterpriseUserIdDataKeyPair;
    })();

    Authentication.UserDataKey = (function() {

        const UserDataKey = function (properties) {
            this.enterpriseUserIdDataKeyPairs = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UserDataKey.prototype.roleId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        UserDataKey.prototype.roleKey = $util.newBuffer([]);
        UserDataKey.prototype.privateKey = "";
        UserDataKey.prototype.enterpriseUserIdDataKeyPairs = $util.emptyArray;

        UserDataKey.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.roleId != null && $Object.hasOwnProperty.call(message, "roleId") && (typeof message.roleId === "object" ? message.roleId.low || message.roleId.high : message.roleId !== 0))
                writer.uint32(8).int64(message.roleId);
            if (message.roleKey != null && $Object.hasOwnProperty.call(message, "roleKey") && message.roleKey.length)
                writer.uint32(18).bytes(message.roleKey);
            if (message.privateKey != null && $Object.hasOwnProperty.call(message, "privateKey") && message.privateKey !== "")
                writer.uint32(26).string(message.privateKey);
            if (message.enterpriseUserIdDataKeyPairs != null && message.enterpriseUserIdDataKeyPairs.length)
                for (let i = 0; i < message.enterpriseUserIdDataKeyPairs.length; ++i)
                    $root.Authentication.EnterpriseUserIdDataKeyPair.encode(message.enterpriseUserIdDataKeyPairs[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UserDataKey.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.UserDataKey();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.roleId = value;
                        else
                            delete message.roleId;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.roleKey = value;
                        else
                            delete message.roleKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.privateKey = value;
                        else
                            delete message.privateKey;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.enterpriseUserIdDataKeyPairs && message.enterpriseUserIdDataKeyPairs.length))
                            message.enterpriseUserIdDataKeyPairs = [];
                        message.enterpriseUserIdDataKeyPairs.push($root.Authentication.EnterpriseUserIdDataKeyPair.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UserDataKey;
    })();

    Authentication.UserDataKeyResponse = (function() {

        const UserDataKeyResponse = function (properties) {
            this.userDataKeys = [];
            this.accessDenied = [];
            this.noEncryptedDataKey = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UserDataKeyResponse.prototype.userDataKeys = $util.emptyArray;
        UserDataKeyResponse.prototype.accessDenied = $util.emptyArray;
        UserDataKeyResponse.prototype.noEncryptedDataKey = $util.emptyArray;

        UserDataKeyResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.userDataKeys != null && message.userDataKeys.length)
                for (let i = 0; i < message.userDataKeys.length; ++i)
                    $root.Authentication.UserDataKey.encode(message.userDataKeys[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.accessDenied != null && message.accessDenied.length)
                writer.uint32(18).int64s(message.accessDenied);
            if (message.noEncryptedDataKey != null && message.noEncryptedDataKey.length)
                writer.uint32(26).int64s(message.noEncryptedDataKey);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UserDataKeyResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.UserDataKeyResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.userDataKeys && message.userDataKeys.length))
                            message.userDataKeys = [];
                        message.userDataKeys.push($root.Authentication.UserDataKey.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 2: {
                        if (wireType === 2) {
                            if (!(message.accessDenied && message.accessDenied.length))
                                message.accessDenied = [];
                            reader.int64s(message.accessDenied);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.accessDenied && message.accessDenied.length))
                            message.accessDenied = [];
                        message.accessDenied.push(reader.int64());
                        continue;
                    }
                case 3: {
                        if (wireType === 2) {
                            if (!(message.noEncryptedDataKey && message.noEncryptedDataKey.length))
                                message.noEncryptedDataKey = [];
                            reader.int64s(message.noEncryptedDataKey);
                            continue;
                        }
                        if (wireType !== 0)
                            break;
                        if (!(message.noEncryptedDataKey && message.noEncryptedDataKey.length))
                            message.noEncryptedDataKey = [];
                        message.noEncryptedDataKey.push(reader.int64());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UserDataKeyResponse;
    })();

    Authentication.ApplicationShareType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "SHARE_TYPE_RECORD"] = 0;
        values[valuesById[1] = "SHARE_TYPE_FOLDER"] = 1;
        return values;
    })();

    Authentication.AppShareAdd = (function() {

        const AppShareAdd = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AppShareAdd.prototype.secretUid = $util.newBuffer([]);
        AppShareAdd.prototype.shareType = 0;
        AppShareAdd.prototype.encryptedSecretKey = $util.newBuffer([]);
        AppShareAdd.prototype.editable = false;

        AppShareAdd.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.secretUid != null && $Object.hasOwnProperty.call(message, "secretUid") && message.secretUid.length)
                writer.uint32(18).bytes(message.secretUid);
            if (message.shareType != null && $Object.hasOwnProperty.call(message, "shareType") && message.shareType !== 0)
                writer.uint32(24).int32(message.shareType);
            if (message.encryptedSecretKey != null && $Object.hasOwnProperty.call(message, "encryptedSecretKey") && message.encryptedSecretKey.length)
                writer.uint32(34).bytes(message.encryptedSecretKey);
            if (message.editable != null && $Object.hasOwnProperty.call(message, "editable") && message.editable !== false)
                writer.uint32(40).bool(message.editable);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AppShareAdd.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AppShareAdd();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.secretUid = value;
                        else
                            delete message.secretUid;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.shareType = value;
                        else
                            delete message.shareType;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedSecretKey = value;
                        else
                            delete message.encryptedSecretKey;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.editable = value;
                        else
                            delete message.editable;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AppShareAdd;
    })();

    Authentication.AddAppSharesRequest = (function() {

        const AddAppSharesRequest = function (properties) {
            this.shares = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AddAppSharesRequest.prototype.appRecordUid = $util.newBuffer([]);
        AddAppSharesRequest.prototype.shares = $util.emptyArray;

        AddAppSharesRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && $Object.hasOwnProperty.call(message, "appRecordUid") && message.appRecordUid.length)
                writer.uint32(10).bytes(message.appRecordUid);
            if (message.shares != null && message.shares.length)
                for (let i = 0; i < message.shares.length; ++i)
                    $root.Authentication.AppShareAdd.encode(message.shares[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AddAppSharesRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AddAppSharesRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.appRecordUid = value;
                        else
                            delete message.appRecordUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.shares && message.shares.length))
                            message.shares = [];
                        message.shares.push($root.Authentication.AppShareAdd.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AddAppSharesRequest;
    })();

    Authentication.RemoveAppSharesRequest = (function() {

        const RemoveAppSharesRequest = function (properties) {
            this.shares = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RemoveAppSharesRequest.prototype.appRecordUid = $util.newBuffer([]);
        RemoveAppSharesRequest.prototype.shares = $util.emptyArray;

        RemoveAppSharesRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && $Object.hasOwnProperty.call(message, "appRecordUid") && message.appRecordUid.length)
                writer.uint32(10).bytes(message.appRecordUid);
            if (message.shares != null && message.shares.length)
                for (let i = 0; i < message.shares.length; ++i)
                    writer.uint32(18).bytes(message.shares[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RemoveAppSharesRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.RemoveAppSharesRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.appRecordUid = value;
                        else
                            delete message.appRecordUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.shares && message.shares.length))
                            message.shares = [];
                        message.shares.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RemoveAppSharesRequest;
    })();

    Authentication.AddAppClientRequest = (function() {

        const AddAppClientRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AddAppClientRequest.prototype.appRecordUid = $util.newBuffer([]);
        AddAppClientRequest.prototype.encryptedAppKey = $util.newBuffer([]);
        AddAppClientRequest.prototype.clientId = $util.newBuffer([]);
        AddAppClientRequest.prototype.lockIp = false;
        AddAppClientRequest.prototype.firstAccessExpireOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AddAppClientRequest.prototype.accessExpireOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AddAppClientRequest.prototype.id = "";
        AddAppClientRequest.prototype.appClientType = 0;

        AddAppClientRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && $Object.hasOwnProperty.call(message, "appRecordUid") && message.appRecordUid.length)
                writer.uint32(10).bytes(message.appRecordUid);
            if (message.encryptedAppKey != null && $Object.hasOwnProperty.call(message, "encryptedAppKey") && message.encryptedAppKey.length)
                writer.uint32(18).bytes(message.encryptedAppKey);
            if (message.clientId != null && $Object.hasOwnProperty.call(message, "clientId") && message.clientId.length)
                writer.uint32(26).bytes(message.clientId);
            if (message.lockIp != null && $Object.hasOwnProperty.call(message, "lockIp") && message.lockIp !== false)
                writer.uint32(32).bool(message.lockIp);
            if (message.firstAccessExpireOn != null && $Object.hasOwnProperty.call(message, "firstAccessExpireOn") && (typeof message.firstAccessExpireOn === "object" ? message.firstAccessExpireOn.low || message.firstAccessExpireOn.high : message.firstAccessExpireOn !== 0))
                writer.uint32(40).int64(message.firstAccessExpireOn);
            if (message.accessExpireOn != null && $Object.hasOwnProperty.call(message, "accessExpireOn") && (typeof message.accessExpireOn === "object" ? message.accessExpireOn.low || message.accessExpireOn.high : message.accessExpireOn !== 0))
                writer.uint32(48).int64(message.accessExpireOn);
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                writer.uint32(58).string(message.id);
            if (message.appClientType != null && $Object.hasOwnProperty.call(message, "appClientType") && message.appClientType !== 0)
                writer.uint32(64).int32(message.appClientType);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AddAppClientRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AddAppClientRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.appRecordUid = value;
                        else
                            delete message.appRecordUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedAppKey = value;
                        else
                            delete message.encryptedAppKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.clientId = value;
                        else
                            delete message.clientId;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.lockIp = value;
                        else
                            delete message.lockIp;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.firstAccessExpireOn = value;
                        else
                            delete message.firstAccessExpireOn;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.accessExpireOn = value;
                        else
                            delete message.accessExpireOn;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 8: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.appClientType = value;
                        else
                            delete message.appClientType;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AddAppClientRequest;
    })();

    Authentication.RemoveAppClientsRequest = (function() {

        const RemoveAppClientsRequest = function (properties) {
            this.clients = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RemoveAppClientsRequest.prototype.appRecordUid = $util.newBuffer([]);
        RemoveAppClientsRequest.prototype.clients = $util.emptyArray;

        RemoveAppClientsRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && $Object.hasOwnProperty.call(message, "appRecordUid") && message.appRecordUid.length)
                writer.uint32(10).bytes(message.appRecordUid);
            if (message.clients != null && message.clients.length)
                for (let i = 0; i < message.clients.length; ++i)
                    writer.uint32(18).bytes(message.clients[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RemoveAppClientsRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.RemoveAppClientsRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.appRecordUid = value;
                        else
                            delete message.appRecordUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.clients && message.clients.length))
                            message.clients = [];
                        message.clients.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RemoveAppClientsRequest;
    })();

    Authentication.GetAppInfoRequest = (function() {

        const GetAppInfoRequest = function (properties) {
            this.appRecordUid = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetAppInfoRequest.prototype.appRecordUid = $util.emptyArray;

        GetAppInfoRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && message.appRecordUid.length)
                for (let i = 0; i < message.appRecordUid.length; ++i)
                    writer.uint32(10).bytes(message.appRecordUid[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetAppInfoRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.GetAppInfoRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.appRecordUid && message.appRecordUid.length))
                            message.appRecordUid = [];
                        message.appRecordUid.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GetAppInfoRequest;
    })();

    Authentication.AppShare = (function() {

        const AppShare = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AppShare.prototype.secretUid = $util.newBuffer([]);
        AppShare.prototype.shareType = 0;
        AppShare.prototype.editable = false;
        AppShare.prototype.createdOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppShare.prototype.data = $util.newBuffer([]);

        AppShare.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.secretUid != null && $Object.hasOwnProperty.call(message, "secretUid") && message.secretUid.length)
                writer.uint32(10).bytes(message.secretUid);
            if (message.shareType != null && $Object.hasOwnProperty.call(message, "shareType") && message.shareType !== 0)
                writer.uint32(16).int32(message.shareType);
            if (message.editable != null && $Object.hasOwnProperty.call(message, "editable") && message.editable !== false)
                writer.uint32(24).bool(message.editable);
            if (message.createdOn != null && $Object.hasOwnProperty.call(message, "createdOn") && (typeof message.createdOn === "object" ? message.createdOn.low || message.createdOn.high : message.createdOn !== 0))
                writer.uint32(32).int64(message.createdOn);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(42).bytes(message.data);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AppShare.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AppShare();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.secretUid = value;
                        else
                            delete message.secretUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.shareType = value;
                        else
                            delete message.shareType;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.editable = value;
                        else
                            delete message.editable;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.createdOn = value;
                        else
                            delete message.createdOn;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AppShare;
    })();

    Authentication.AppClient = (function() {

        const AppClient = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AppClient.prototype.id = "";
        AppClient.prototype.clientId = $util.newBuffer([]);
        AppClient.prototype.createdOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppClient.prototype.firstAccess = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppClient.prototype.lastAccess = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppClient.prototype.publicKey = $util.newBuffer([]);
        AppClient.prototype.lockIp = false;
        AppClient.prototype.ipAddress = "";
        AppClient.prototype.firstAccessExpireOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppClient.prototype.accessExpireOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        AppClient.prototype.appClientType = 0;
        AppClient.prototype.canEdit = false;

        AppClient.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id !== "")
                writer.uint32(10).string(message.id);
            if (message.clientId != null && $Object.hasOwnProperty.call(message, "clientId") && message.clientId.length)
                writer.uint32(18).bytes(message.clientId);
            if (message.createdOn != null && $Object.hasOwnProperty.call(message, "createdOn") && (typeof message.createdOn === "object" ? message.createdOn.low || message.createdOn.high : message.createdOn !== 0))
                writer.uint32(24).int64(message.createdOn);
            if (message.firstAccess != null && $Object.hasOwnProperty.call(message, "firstAccess") && (typeof message.firstAccess === "object" ? message.firstAccess.low || message.firstAccess.high : message.firstAccess !== 0))
                writer.uint32(32).int64(message.firstAccess);
            if (message.lastAccess != null && $Object.hasOwnProperty.call(message, "lastAccess") && (typeof message.lastAccess === "object" ? message.lastAccess.low || message.lastAccess.high : message.lastAccess !== 0))
                writer.uint32(40).int64(message.lastAccess);
            if (message.publicKey != null && $Object.hasOwnProperty.call(message, "publicKey") && message.publicKey.length)
                writer.uint32(50).bytes(message.publicKey);
            if (message.lockIp != null && $Object.hasOwnProperty.call(message, "lockIp") && message.lockIp !== false)
                writer.uint32(56).bool(message.lockIp);
            if (message.ipAddress != null && $Object.hasOwnProperty.call(message, "ipAddress") && message.ipAddress !== "")
                writer.uint32(66).string(message.ipAddress);
            if (message.firstAccessExpireOn != null && $Object.hasOwnProperty.call(message, "firstAccessExpireOn") && (typeof message.firstAccessExpireOn === "object" ? message.firstAccessExpireOn.low || message.firstAccessExpireOn.high : message.firstAccessExpireOn !== 0))
                writer.uint32(72).int64(message.firstAccessExpireOn);
            if (message.accessExpireOn != null && $Object.hasOwnProperty.call(message, "accessExpireOn") && (typeof message.accessExpireOn === "object" ? message.accessExpireOn.low || message.accessExpireOn.high : message.accessExpireOn !== 0))
                writer.uint32(80).int64(message.accessExpireOn);
            if (message.appClientType != null && $Object.hasOwnProperty.call(message, "appClientType") && message.appClientType !== 0)
                writer.uint32(88).int32(message.appClientType);
            if (message.canEdit != null && $Object.hasOwnProperty.call(message, "canEdit") && message.canEdit !== false)
                writer.uint32(96).bool(message.canEdit);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AppClient.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AppClient();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.id = value;
                        else
                            delete message.id;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.clientId = value;
                        else
                            delete message.clientId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.createdOn = value;
                        else
                            delete message.createdOn;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.firstAccess = value;
                        else
                            delete message.firstAccess;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastAccess = value;
                        else
                            delete message.lastAccess;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.publicKey = value;
                        else
                            delete message.publicKey;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.lockIp = value;
                        else
                            delete message.lockIp;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.ipAddress = value;
                        else
                            delete message.ipAddress;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.firstAccessExpireOn = value;
                        else
                            delete message.firstAccessExpireOn;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.accessExpireOn = value;
                        else
                            delete message.accessExpireOn;
                        continue;
                    }
                case 11: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.appClientType = value;
                        else
                            delete message.appClientType;
                        continue;
                    }
                case 12: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.canEdit = value;
                        else
                            delete message.canEdit;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AppClient;
    })();

    Authentication.AppInfo = (function() {

        const AppInfo = function (properties) {
            this.shares = [];
            this.clients = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        AppInfo.prototype.appRecordUid = $util.newBuffer([]);
        AppInfo.prototype.shares = $util.emptyArray;
        AppInfo.prototype.clients = $util.emptyArray;
        AppInfo.prototype.isExternalShare = false;

        AppInfo.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appRecordUid != null && $Object.hasOwnProperty.call(message, "appRecordUid") && message.appRecordUid.length)
                writer.uint32(10).bytes(message.appRecordUid);
            if (message.shares != null && message.shares.length)
                for (let i = 0; i < message.shares.length; ++i)
                    $root.Authentication.AppShare.encode(message.shares[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.clients != null && message.clients.length)
                for (let i = 0; i < message.clients.length; ++i)
                    $root.Authentication.AppClient.encode(message.clients[i], writer.uint32(26).fork(), _depth + 1).ldelim();
            if (message.isExternalShare != null && $Object.hasOwnProperty.call(message, "isExternalShare") && message.isExternalShare !== false)
                writer.uint32(32).bool(message.isExternalShare);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        AppInfo.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.AppInfo();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.appRecordUid = value;
                        else
                            delete message.appRecordUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.shares && message.shares.length))
                            message.shares = [];
                        message.shares.push($root.Authentication.AppShare.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if (!(message.clients && message.clients.length))
                            message.clients = [];
                        message.clients.push($root.Authentication.AppClient.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isExternalShare = value;
                        else
                            delete message.isExternalShare;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return AppInfo;
    })();

    Authentication.GetAppInfoResponse = (function() {

        const GetAppInfoResponse = function (properties) {
            this.appInfo = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        GetAppInfoResponse.prototype.appInfo = $util.emptyArray;

        GetAppInfoResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.appInfo != null && message.appInfo.length)
                for (let i = 0; i < message.appInfo.length; ++i)
                    $root.Authentication.AppInfo.encode(message.appInfo[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        GetAppInfoResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Authentication.GetAppInfoResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.appInfo && message.appInfo.length))
                            message.appInfo = [];
                        message.appInfo.push($root.Authentication.AppInfo.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return GetAppInfoResponse;
    })();

    return Authentication;
})();

export const Enterprise = $root.Enterprise = (() => {

    const Enterprise = {};

    Enterprise.AppClientType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "NOT_USED"] = 0;
        values[valuesById[1] = "GENERAL"] = 1;
        values[valuesById[2] = "DISCOVERY_AND_ROTATION_CONTROLLER"] = 2;
        values[valuesById[3] = "KCM_CONTROLLER"] = 3;
        values[valuesById[4] = "SELF_DESTRUCT"] = 4;
        return values;
    })();

    Enterprise.EncryptedKeyType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "KT_NO_KEY"] = 0;
        values[valuesById[1] = "KT_ENCRYPTED_BY_DATA_KEY"] = 1;
        values[valuesById[2] = "KT_ENCRYPTED_BY_PUBLIC_KEY"] = 2;
        values[valuesById[3] = "KT_ENCRYPTED_BY_DATA_KEY_GCM"] = 3;
        values[valuesById[4] = "KT_ENCRYPTED_BY_PUBLIC_KEY_ECC"] = 4;
        return values;
    })();

    return Enterprise;
})();

export const PAM = $root.PAM = (() => {

    const PAM = {};

    PAM.ControllerMessageType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CMT_GENERAL"] = 0;
        values[valuesById[1] = "CMT_ROTATE"] = 1;
        values[valuesById[2] = "CMT_DISCOVERY"] = 2;
        values[valuesById[3] = "CMT_CONNECT"] = 3;
        values[valuesById[4] = "CMT_ANALYZE_RECORDING"] = 4;
        values[valuesById[5] = "CMT_WORKFLOW_ACCESS_ELEVATION"] = 5;
        values[valuesById[6] = "CMT_USS"] = 6;
        values[valuesById[7] = "CMT_INFO"] = 7;
        values[valuesById[8] = "CMT_AUTOMATION"] = 8;
        return values;
    })();

    PAM.WebRtcConnectionType = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "CONNECTION"] = 0;
        values[valuesById[1] = "TUNNEL"] = 1;
        values[valuesById[2] = "SSH"] = 2;
        values[valuesById[3] = "RDP"] = 3;
        values[valuesById[4] = "HTTP"] = 4;
        values[valuesById[5] = "VNC"] = 5;
        values[valuesById[6] = "TELNET"] = 6;
        values[valuesById[7] = "MYSQL"] = 7;
        values[valuesById[8] = "SQL_SERVER"] = 8;
        values[valuesById[9] = "POSTGRESQL"] = 9;
        values[valuesById[10] = "KUBERNETES"] = 10;
        return values;
    })();

    PAM.PAMGenericUidRequest = (function() {

        const PAMGenericUidRequest = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMGenericUidRequest.prototype.uid = $util.newBuffer([]);

        PAMGenericUidRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.uid != null && $Object.hasOwnProperty.call(message, "uid") && message.uid.length)
                writer.uint32(10).bytes(message.uid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMGenericUidRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMGenericUidRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.uid = value;
                        else
                            delete message.uid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMGenericUidRequest;
    })();

    PAM.PAMGenericUidsRequest = (function() {

        const PAMGenericUidsRequest = function (properties) {
            this.uids = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMGenericUidsRequest.prototype.uids = $util.emptyArray;

        PAMGenericUidsRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.uids != null && message.uids.length)
                for (let i = 0; i < message.uids.length; ++i)
                    writer.uint32(10).bytes(message.uids[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMGenericUidsRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMGenericUidsRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.uids && message.uids.length))
                            message.uids = [];
                        message.uids.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMGenericUidsRequest;
    })();

    PAM.UidList = (function() {

        const UidList = function (properties) {
            this.uids = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        UidList.prototype.uids = $util.emptyArray;

        UidList.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.uids != null && message.uids.length)
                for (let i = 0; i < message.uids.length; ++i)
                    writer.uint32(10).bytes(message.uids[i]);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        UidList.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.UidList();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.uids && message.uids.length))
                            message.uids = [];
                        message.uids.push(reader.bytes());
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return UidList;
    })();

    PAM.PAMConfigurationController = (function() {

        const PAMConfigurationController = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMConfigurationController.prototype.configurationUid = $util.newBuffer([]);
        PAMConfigurationController.prototype.controllerUid = $util.newBuffer([]);

        PAMConfigurationController.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.configurationUid != null && $Object.hasOwnProperty.call(message, "configurationUid") && message.configurationUid.length)
                writer.uint32(10).bytes(message.configurationUid);
            if (message.controllerUid != null && $Object.hasOwnProperty.call(message, "controllerUid") && message.controllerUid.length)
                writer.uint32(18).bytes(message.controllerUid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMConfigurationController.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMConfigurationController();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.configurationUid = value;
                        else
                            delete message.configurationUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.controllerUid = value;
                        else
                            delete message.controllerUid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMConfigurationController;
    })();

    PAM.PAMElement = (function() {

        const PAMElement = function (properties) {
            this.children = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMElement.prototype.elementUid = $util.newBuffer([]);
        PAMElement.prototype.data = $util.newBuffer([]);
        PAMElement.prototype.created = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMElement.prototype.lastModified = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMElement.prototype.children = $util.emptyArray;

        PAMElement.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.elementUid != null && $Object.hasOwnProperty.call(message, "elementUid") && message.elementUid.length)
                writer.uint32(10).bytes(message.elementUid);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(18).bytes(message.data);
            if (message.created != null && $Object.hasOwnProperty.call(message, "created") && (typeof message.created === "object" ? message.created.low || message.created.high : message.created !== 0))
                writer.uint32(24).int64(message.created);
            if (message.lastModified != null && $Object.hasOwnProperty.call(message, "lastModified") && (typeof message.lastModified === "object" ? message.lastModified.low || message.lastModified.high : message.lastModified !== 0))
                writer.uint32(32).int64(message.lastModified);
            if (message.children != null && message.children.length)
                for (let i = 0; i < message.children.length; ++i)
                    $root.PAM.PAMElement.encode(message.children[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMElement.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMElement();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.elementUid = value;
                        else
                            delete message.elementUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 3: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.created = value;
                        else
                            delete message.created;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastModified = value;
                        else
                            delete message.lastModified;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.children && message.children.length))
                            message.children = [];
                        message.children.push($root.PAM.PAMElement.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMElement;
    })();

    PAM.PAMConfiguration = (function() {

        const PAMConfiguration = function (properties) {
            this.children = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMConfiguration.prototype.configurationUid = $util.newBuffer([]);
        PAMConfiguration.prototype.nodeId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMConfiguration.prototype.controllerUid = $util.newBuffer([]);
        PAMConfiguration.prototype.data = $util.newBuffer([]);
        PAMConfiguration.prototype.created = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMConfiguration.prototype.lastModified = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMConfiguration.prototype.children = $util.emptyArray;

        PAMConfiguration.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.configurationUid != null && $Object.hasOwnProperty.call(message, "configurationUid") && message.configurationUid.length)
                writer.uint32(10).bytes(message.configurationUid);
            if (message.nodeId != null && $Object.hasOwnProperty.call(message, "nodeId") && (typeof message.nodeId === "object" ? message.nodeId.low || message.nodeId.high : message.nodeId !== 0))
                writer.uint32(16).int64(message.nodeId);
            if (message.controllerUid != null && $Object.hasOwnProperty.call(message, "controllerUid") && message.controllerUid.length)
                writer.uint32(26).bytes(message.controllerUid);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(34).bytes(message.data);
            if (message.created != null && $Object.hasOwnProperty.call(message, "created") && (typeof message.created === "object" ? message.created.low || message.created.high : message.created !== 0))
                writer.uint32(40).int64(message.created);
            if (message.lastModified != null && $Object.hasOwnProperty.call(message, "lastModified") && (typeof message.lastModified === "object" ? message.lastModified.low || message.lastModified.high : message.lastModified !== 0))
                writer.uint32(48).int64(message.lastModified);
            if (message.children != null && message.children.length)
                for (let i = 0; i < message.children.length; ++i)
                    $root.PAM.PAMElement.encode(message.children[i], writer.uint32(58).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMConfiguration.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMConfiguration();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.configurationUid = value;
                        else
                            delete message.configurationUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.nodeId = value;
                        else
                            delete message.nodeId;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.controllerUid = value;
                        else
                            delete message.controllerUid;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.created = value;
                        else
                            delete message.created;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastModified = value;
                        else
                            delete message.lastModified;
                        continue;
                    }
                case 7: {
                        if (wireType !== 2)
                            break;
                        if (!(message.children && message.children.length))
                            message.children = [];
                        message.children.push($root.PAM.PAMElement.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMConfiguration;
    })();

    PAM.ConfigurationAddRequest = (function() {

        const ConfigurationAddRequest = function (properties) {
            this.recordLinks = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ConfigurationAddRequest.prototype.configurationUid = $util.newBuffer([]);
        ConfigurationAddRequest.prototype.recordKey = $util.newBuffer([]);
        ConfigurationAddRequest.prototype.data = $util.newBuffer([]);
        ConfigurationAddRequest.prototype.recordLinks = $util.emptyArray;
        ConfigurationAddRequest.prototype.audit = null;

        ConfigurationAddRequest.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.configurationUid != null && $Object.hasOwnProperty.call(message, "configurationUid") && message.configurationUid.length)
                writer.uint32(10).bytes(message.configurationUid);
            if (message.recordKey != null && $Object.hasOwnProperty.call(message, "recordKey") && message.recordKey.length)
                writer.uint32(18).bytes(message.recordKey);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(26).bytes(message.data);
            if (message.recordLinks != null && message.recordLinks.length)
                for (let i = 0; i < message.recordLinks.length; ++i)
                    $root.Records.RecordLink.encode(message.recordLinks[i], writer.uint32(34).fork(), _depth + 1).ldelim();
            if (message.audit != null && $Object.hasOwnProperty.call(message, "audit"))
                $root.Records.RecordAudit.encode(message.audit, writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ConfigurationAddRequest.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.ConfigurationAddRequest();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.configurationUid = value;
                        else
                            delete message.configurationUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.recordKey = value;
                        else
                            delete message.recordKey;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if (!(message.recordLinks && message.recordLinks.length))
                            message.recordLinks = [];
                        message.recordLinks.push($root.Records.RecordLink.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        message.audit = $root.Records.RecordAudit.decode(reader, reader.size(), $undefined, _depth + 1, message.audit);
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ConfigurationAddRequest;
    })();

    PAM.PAMController = (function() {

        const PAMController = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMController.prototype.controllerUid = $util.newBuffer([]);
        PAMController.prototype.controllerName = "";
        PAMController.prototype.deviceToken = "";
        PAMController.prototype.deviceName = "";
        PAMController.prototype.nodeId = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMController.prototype.created = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMController.prototype.lastModified = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMController.prototype.applicationUid = $util.newBuffer([]);
        PAMController.prototype.appClientType = 0;
        PAMController.prototype.isInitialized = false;

        PAMController.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.controllerUid != null && $Object.hasOwnProperty.call(message, "controllerUid") && message.controllerUid.length)
                writer.uint32(10).bytes(message.controllerUid);
            if (message.controllerName != null && $Object.hasOwnProperty.call(message, "controllerName") && message.controllerName !== "")
                writer.uint32(18).string(message.controllerName);
            if (message.deviceToken != null && $Object.hasOwnProperty.call(message, "deviceToken") && message.deviceToken !== "")
                writer.uint32(26).string(message.deviceToken);
            if (message.deviceName != null && $Object.hasOwnProperty.call(message, "deviceName") && message.deviceName !== "")
                writer.uint32(34).string(message.deviceName);
            if (message.nodeId != null && $Object.hasOwnProperty.call(message, "nodeId") && (typeof message.nodeId === "object" ? message.nodeId.low || message.nodeId.high : message.nodeId !== 0))
                writer.uint32(40).int64(message.nodeId);
            if (message.created != null && $Object.hasOwnProperty.call(message, "created") && (typeof message.created === "object" ? message.created.low || message.created.high : message.created !== 0))
                writer.uint32(48).int64(message.created);
            if (message.lastModified != null && $Object.hasOwnProperty.call(message, "lastModified") && (typeof message.lastModified === "object" ? message.lastModified.low || message.lastModified.high : message.lastModified !== 0))
                writer.uint32(56).int64(message.lastModified);
            if (message.applicationUid != null && $Object.hasOwnProperty.call(message, "applicationUid") && message.applicationUid.length)
                writer.uint32(66).bytes(message.applicationUid);
            if (message.appClientType != null && $Object.hasOwnProperty.call(message, "appClientType") && message.appClientType !== 0)
                writer.uint32(72).int32(message.appClientType);
            if (message.isInitialized != null && $Object.hasOwnProperty.call(message, "isInitialized") && message.isInitialized !== false)
                writer.uint32(80).bool(message.isInitialized);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMController.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMController();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.controllerUid = value;
                        else
                            delete message.controllerUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.controllerName = value;
                        else
                            delete message.controllerName;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceToken = value;
                        else
                            delete message.deviceToken;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.deviceName = value;
                        else
                            delete message.deviceName;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.nodeId = value;
                        else
                            delete message.nodeId;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.created = value;
                        else
                            delete message.created;
                        continue;
                    }
                case 7: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.lastModified = value;
                        else
                            delete message.lastModified;
                        continue;
                    }
                case 8: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.applicationUid = value;
                        else
                            delete message.applicationUid;
                        continue;
                    }
                case 9: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.appClientType = value;
                        else
                            delete message.appClientType;
                        continue;
                    }
                case 10: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.isInitialized = value;
                        else
                            delete message.isInitialized;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMController;
    })();

    PAM.PAMControllersResponse = (function() {

        const PAMControllersResponse = function (properties) {
            this.controllers = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMControllersResponse.prototype.controllers = $util.emptyArray;

        PAMControllersResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.controllers != null && message.controllers.length)
                for (let i = 0; i < message.controllers.length; ++i)
                    $root.PAM.PAMController.encode(message.controllers[i], writer.uint32(10).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMControllersResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMControllersResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.controllers && message.controllers.length))
                            message.controllers = [];
                        message.controllers.push($root.PAM.PAMController.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMControllersResponse;
    })();

    PAM.PAMWebRtcConnection = (function() {

        const PAMWebRtcConnection = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMWebRtcConnection.prototype.connectionUid = $util.newBuffer([]);
        PAMWebRtcConnection.prototype.type = 0;
        PAMWebRtcConnection.prototype.recordUid = $util.newBuffer([]);
        PAMWebRtcConnection.prototype.userName = "";
        PAMWebRtcConnection.prototype.startedOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMWebRtcConnection.prototype.configurationUid = $util.newBuffer([]);

        PAMWebRtcConnection.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.connectionUid != null && $Object.hasOwnProperty.call(message, "connectionUid") && message.connectionUid.length)
                writer.uint32(10).bytes(message.connectionUid);
            if (message.type != null && $Object.hasOwnProperty.call(message, "type") && message.type !== 0)
                writer.uint32(16).int32(message.type);
            if (message.recordUid != null && $Object.hasOwnProperty.call(message, "recordUid") && message.recordUid.length)
                writer.uint32(26).bytes(message.recordUid);
            if (message.userName != null && $Object.hasOwnProperty.call(message, "userName") && message.userName !== "")
                writer.uint32(34).string(message.userName);
            if (message.startedOn != null && $Object.hasOwnProperty.call(message, "startedOn") && (typeof message.startedOn === "object" ? message.startedOn.low || message.startedOn.high : message.startedOn !== 0))
                writer.uint32(40).int64(message.startedOn);
            if (message.configurationUid != null && $Object.hasOwnProperty.call(message, "configurationUid") && message.configurationUid.length)
                writer.uint32(50).bytes(message.configurationUid);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMWebRtcConnection.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMWebRtcConnection();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.connectionUid = value;
                        else
                            delete message.connectionUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.type = value;
                        else
                            delete message.type;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.recordUid = value;
                        else
                            delete message.recordUid;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.userName = value;
                        else
                            delete message.userName;
                        continue;
                    }
                case 5: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.startedOn = value;
                        else
                            delete message.startedOn;
                        continue;
                    }
                case 6: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.configurationUid = value;
                        else
                            delete message.configurationUid;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMWebRtcConnection;
    })();

    PAM.PAMOnlineController = (function() {

        const PAMOnlineController = function (properties) {
            this.connections = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMOnlineController.prototype.controllerUid = $util.newBuffer([]);
        PAMOnlineController.prototype.connectedOn = $util.Long ? $util.Long.fromBits(0,0,false) : 0;
        PAMOnlineController.prototype.ipAddress = "";
        PAMOnlineController.prototype.version = "";
        PAMOnlineController.prototype.connections = $util.emptyArray;

        PAMOnlineController.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.controllerUid != null && $Object.hasOwnProperty.call(message, "controllerUid") && message.controllerUid.length)
                writer.uint32(10).bytes(message.controllerUid);
            if (message.connectedOn != null && $Object.hasOwnProperty.call(message, "connectedOn") && (typeof message.connectedOn === "object" ? message.connectedOn.low || message.connectedOn.high : message.connectedOn !== 0))
                writer.uint32(16).int64(message.connectedOn);
            if (message.ipAddress != null && $Object.hasOwnProperty.call(message, "ipAddress") && message.ipAddress !== "")
                writer.uint32(26).string(message.ipAddress);
            if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                writer.uint32(34).string(message.version);
            if (message.connections != null && message.connections.length)
                for (let i = 0; i < message.connections.length; ++i)
                    $root.PAM.PAMWebRtcConnection.encode(message.connections[i], writer.uint32(42).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMOnlineController.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMOnlineController();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.controllerUid = value;
                        else
                            delete message.controllerUid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 0)
                            break;
                        if (typeof (value = reader.int64()) === "object" ? value.low || value.high : value !== 0)
                            message.connectedOn = value;
                        else
                            delete message.connectedOn;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.ipAddress = value;
                        else
                            delete message.ipAddress;
                        continue;
                    }
                case 4: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.version = value;
                        else
                            delete message.version;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if (!(message.connections && message.connections.length))
                            message.connections = [];
                        message.connections.push($root.PAM.PAMWebRtcConnection.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMOnlineController;
    })();

    PAM.PAMOnlineControllers = (function() {

        const PAMOnlineControllers = function (properties) {
            this.deprecated = [];
            this.controllers = [];
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        PAMOnlineControllers.prototype.deprecated = $util.emptyArray;
        PAMOnlineControllers.prototype.controllers = $util.emptyArray;

        PAMOnlineControllers.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.deprecated != null && message.deprecated.length)
                for (let i = 0; i < message.deprecated.length; ++i)
                    writer.uint32(10).bytes(message.deprecated[i]);
            if (message.controllers != null && message.controllers.length)
                for (let i = 0; i < message.controllers.length; ++i)
                    $root.PAM.PAMOnlineController.encode(message.controllers[i], writer.uint32(18).fork(), _depth + 1).ldelim();
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        PAMOnlineControllers.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.PAMOnlineControllers();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if (!(message.deprecated && message.deprecated.length))
                            message.deprecated = [];
                        message.deprecated.push(reader.bytes());
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if (!(message.controllers && message.controllers.length))
                            message.controllers = [];
                        message.controllers.push($root.PAM.PAMOnlineController.decode(reader, reader.size(), $undefined, _depth + 1));
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return PAMOnlineControllers;
    })();

    PAM.ControllerResponse = (function() {

        const ControllerResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        ControllerResponse.prototype.payload = "";

        ControllerResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload !== "")
                writer.uint32(10).string(message.payload);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        ControllerResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.PAM.ControllerResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.payload = value;
                        else
                            delete message.payload;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return ControllerResponse;
    })();

    return PAM;
})();

export const Records = $root.Records = (() => {

    const Records = {};

    Records.RecordLink = (function() {

        const RecordLink = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RecordLink.prototype.record_uid = $util.newBuffer([]);
        RecordLink.prototype.record_key = $util.newBuffer([]);

        RecordLink.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.record_uid != null && $Object.hasOwnProperty.call(message, "record_uid") && message.record_uid.length)
                writer.uint32(10).bytes(message.record_uid);
            if (message.record_key != null && $Object.hasOwnProperty.call(message, "record_key") && message.record_key.length)
                writer.uint32(18).bytes(message.record_key);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RecordLink.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Records.RecordLink();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.record_uid = value;
                        else
                            delete message.record_uid;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.record_key = value;
                        else
                            delete message.record_key;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RecordLink;
    })();

    Records.RecordAudit = (function() {

        const RecordAudit = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RecordAudit.prototype.version = 0;
        RecordAudit.prototype.data = $util.newBuffer([]);

        RecordAudit.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== 0)
                writer.uint32(8).int32(message.version);
            if (message.data != null && $Object.hasOwnProperty.call(message, "data") && message.data.length)
                writer.uint32(18).bytes(message.data);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RecordAudit.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Records.RecordAudit();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.version = value;
                        else
                            delete message.version;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.data = value;
                        else
                            delete message.data;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RecordAudit;
    })();

    return Records;
})();

export const Router = $root.Router = (() => {

    const Router = {};

    Router.RouterResponseCode = (function() {
        const valuesById = $Object.create(null), values = $Object.create(valuesById);
        values[valuesById[0] = "RRC_OK"] = 0;
        values[valuesById[1] = "RRC_GENERAL_ERROR"] = 1;
        values[valuesById[2] = "RRC_NOT_ALLOWED"] = 2;
        values[valuesById[3] = "RRC_BAD_REQUEST"] = 3;
        values[valuesById[4] = "RRC_TIMEOUT"] = 4;
        values[valuesById[5] = "RRC_BAD_STATE"] = 5;
        values[valuesById[6] = "RRC_CONTROLLER_DOWN"] = 6;
        values[valuesById[7] = "RRC_WRONG_INSTANCE"] = 7;
        values[valuesById[8] = "RRC_NOT_ALLOWED_ENFORCEMENT_NOT_ENABLED"] = 8;
        values[valuesById[9] = "RRC_NOT_ALLOWED_PAM_CONFIG_FEATURES_NOT_ENABLED"] = 9;
        return values;
    })();

    Router.RouterResponse = (function() {

        const RouterResponse = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RouterResponse.prototype.responseCode = 0;
        RouterResponse.prototype.errorMessage = "";
        RouterResponse.prototype.encryptedPayload = $util.newBuffer([]);

        RouterResponse.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.responseCode != null && $Object.hasOwnProperty.call(message, "responseCode") && message.responseCode !== 0)
                writer.uint32(8).int32(message.responseCode);
            if (message.errorMessage != null && $Object.hasOwnProperty.call(message, "errorMessage") && message.errorMessage !== "")
                writer.uint32(18).string(message.errorMessage);
            if (message.encryptedPayload != null && $Object.hasOwnProperty.call(message, "encryptedPayload") && message.encryptedPayload.length)
                writer.uint32(26).bytes(message.encryptedPayload);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RouterResponse.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Router.RouterResponse();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.responseCode = value;
                        else
                            delete message.responseCode;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.stringVerify()).length)
                            message.errorMessage = value;
                        else
                            delete message.errorMessage;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.encryptedPayload = value;
                        else
                            delete message.encryptedPayload;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RouterResponse;
    })();

    Router.RouterControllerMessage = (function() {

        const RouterControllerMessage = function (properties) {
            if (properties)
                for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                    if (properties[keys[i]] != null && keys[i] !== "__proto__")
                        this[keys[i]] = properties[keys[i]];
        };

        RouterControllerMessage.prototype.messageType = 0;
        RouterControllerMessage.prototype.messageUid = $util.newBuffer([]);
        RouterControllerMessage.prototype.controllerUid = $util.newBuffer([]);
        RouterControllerMessage.prototype.streamResponse = false;
        RouterControllerMessage.prototype.payload = $util.newBuffer([]);
        RouterControllerMessage.prototype.timeout = 0;

        RouterControllerMessage.encode = function (message, writer, _depth) {
            if (!writer)
                writer = $Writer.create();
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $util.recursionLimit)
                throw $Error("max depth exceeded");
            if (message.messageType != null && $Object.hasOwnProperty.call(message, "messageType") && message.messageType !== 0)
                writer.uint32(8).int32(message.messageType);
            if (message.messageUid != null && $Object.hasOwnProperty.call(message, "messageUid") && message.messageUid.length)
                writer.uint32(18).bytes(message.messageUid);
            if (message.controllerUid != null && $Object.hasOwnProperty.call(message, "controllerUid") && message.controllerUid.length)
                writer.uint32(26).bytes(message.controllerUid);
            if (message.streamResponse != null && $Object.hasOwnProperty.call(message, "streamResponse") && message.streamResponse !== false)
                writer.uint32(32).bool(message.streamResponse);
            if (message.payload != null && $Object.hasOwnProperty.call(message, "payload") && message.payload.length)
                writer.uint32(42).bytes(message.payload);
            if (message.timeout != null && $Object.hasOwnProperty.call(message, "timeout") && message.timeout !== 0)
                writer.uint32(48).int32(message.timeout);
            if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                for (let i = 0; i < message.$unknowns.length; ++i)
                    writer.raw(message.$unknowns[i]);
            return writer;
        };

        RouterControllerMessage.decode = function (reader, length, _end, _depth, _target) {
            if (!(reader instanceof $Reader))
                reader = $Reader.create(reader);
            if (_depth === $undefined)
                _depth = 0;
            if (_depth > $Reader.recursionLimit)
                throw $Error("max depth exceeded");
            let end, message, value;
            if (length === $undefined)
                end = reader.len;
            else {
                end = reader.pos + length;
                if (end > reader.len)
                    throw $RangeError("index out of range");
                length = reader.len;
                reader.len = end;
            }
            message = _target || new $root.Router.RouterControllerMessage();
            while (reader.pos < end) {
                let start = reader.pos;
                let tag = reader.tag();
                if (tag === _end) {
                    _end = $undefined;
                    break;
                }
                let wireType = tag & 7;
                switch (tag >>>= 3) {
                case 1: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.messageType = value;
                        else
                            delete message.messageType;
                        continue;
                    }
                case 2: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.messageUid = value;
                        else
                            delete message.messageUid;
                        continue;
                    }
                case 3: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.controllerUid = value;
                        else
                            delete message.controllerUid;
                        continue;
                    }
                case 4: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.bool())
                            message.streamResponse = value;
                        else
                            delete message.streamResponse;
                        continue;
                    }
                case 5: {
                        if (wireType !== 2)
                            break;
                        if ((value = reader.bytes()).length)
                            message.payload = value;
                        else
                            delete message.payload;
                        continue;
                    }
                case 6: {
                        if (wireType !== 0)
                            break;
                        if (value = reader.int32())
                            message.timeout = value;
                        else
                            delete message.timeout;
                        continue;
                    }
                }
                reader.skipType(wireType, _depth, tag);
                if (!reader.discardUnknown) {
                    $util.makeProp(message, "$unknowns", false);
                    (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                }
            }
            if (length !== $undefined) {
                if (reader.pos !== end)
                    throw $RangeError("index out of range");
                reader.len = length;
            }
            if (_end !== $undefined)
                throw $Error("missing end group");
            return message;
        };

        return RouterControllerMessage;
    })();

    return Router;
})();

export {
  $root as default
};
