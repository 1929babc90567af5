import * as $protobuf from "./runtime.js";

/** Namespace AccountSummary. */
export namespace AccountSummary {

    /**
     * Properties of an AccountSummaryRequest.
     * @deprecated Use AccountSummary.AccountSummaryRequest.$Properties instead.
     */
    interface IAccountSummaryRequest extends AccountSummary.AccountSummaryRequest.$Properties {
    }

    /** Represents an AccountSummaryRequest. */
    class AccountSummaryRequest {

        /**
         * Constructs a new AccountSummaryRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: AccountSummary.AccountSummaryRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AccountSummaryRequest summaryVersion. */
        summaryVersion: number;

        /** AccountSummaryRequest includeRecentActivity. */
        includeRecentActivity: boolean;

        /**
         * Encodes the specified AccountSummaryRequest message. Does not implicitly {@link AccountSummary.AccountSummaryRequest.verify|verify} messages.
         * @param message AccountSummaryRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: AccountSummary.AccountSummaryRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AccountSummaryRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {AccountSummary.AccountSummaryRequest & AccountSummary.AccountSummaryRequest.$Shape} AccountSummaryRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): AccountSummary.AccountSummaryRequest & AccountSummary.AccountSummaryRequest.$Shape;
    }

    namespace AccountSummaryRequest {

        /** Properties of an AccountSummaryRequest. */
        interface $Properties {

            /** AccountSummaryRequest summaryVersion */
            summaryVersion?: (number|null);

            /** AccountSummaryRequest includeRecentActivity */
            includeRecentActivity?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AccountSummaryRequest. */
        type $Shape = AccountSummary.AccountSummaryRequest.$Properties;
    }

    /**
     * Properties of a KeysInfo.
     * @deprecated Use AccountSummary.KeysInfo.$Properties instead.
     */
    interface IKeysInfo extends AccountSummary.KeysInfo.$Properties {
    }

    /** Represents a KeysInfo. */
    class KeysInfo {

        /**
         * Constructs a new KeysInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: AccountSummary.KeysInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** KeysInfo encryptionParams. */
        encryptionParams: Uint8Array;

        /** KeysInfo encryptedDataKey. */
        encryptedDataKey: Uint8Array;

        /** KeysInfo dataKeyBackupDate. */
        dataKeyBackupDate: number;

        /** KeysInfo userAuthUid. */
        userAuthUid: Uint8Array;

        /** KeysInfo encryptedPrivateKey. */
        encryptedPrivateKey: Uint8Array;

        /** KeysInfo encryptedEccPrivateKey. */
        encryptedEccPrivateKey: Uint8Array;

        /** KeysInfo eccPublicKey. */
        eccPublicKey: Uint8Array;

        /**
         * Encodes the specified KeysInfo message. Does not implicitly {@link AccountSummary.KeysInfo.verify|verify} messages.
         * @param message KeysInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: AccountSummary.KeysInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a KeysInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {AccountSummary.KeysInfo & AccountSummary.KeysInfo.$Shape} KeysInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): AccountSummary.KeysInfo & AccountSummary.KeysInfo.$Shape;
    }

    namespace KeysInfo {

        /** Properties of a KeysInfo. */
        interface $Properties {

            /** KeysInfo encryptionParams */
            encryptionParams?: (Uint8Array|null);

            /** KeysInfo encryptedDataKey */
            encryptedDataKey?: (Uint8Array|null);

            /** KeysInfo dataKeyBackupDate */
            dataKeyBackupDate?: (number|null);

            /** KeysInfo userAuthUid */
            userAuthUid?: (Uint8Array|null);

            /** KeysInfo encryptedPrivateKey */
            encryptedPrivateKey?: (Uint8Array|null);

            /** KeysInfo encryptedEccPrivateKey */
            encryptedEccPrivateKey?: (Uint8Array|null);

            /** KeysInfo eccPublicKey */
            eccPublicKey?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a KeysInfo. */
        type $Shape = AccountSummary.KeysInfo.$Properties;
    }

    /**
     * Properties of an AccountSummaryElements.
     * @deprecated Use AccountSummary.AccountSummaryElements.$Properties instead.
     */
    interface IAccountSummaryElements extends AccountSummary.AccountSummaryElements.$Properties {
    }

    /** Represents an AccountSummaryElements. */
    class AccountSummaryElements {

        /**
         * Constructs a new AccountSummaryElements.
         * @param [properties] Properties to set
         */
        constructor(properties?: AccountSummary.AccountSummaryElements.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AccountSummaryElements clientKey. */
        clientKey: Uint8Array;

        /** AccountSummaryElements keysInfo. */
        keysInfo?: (AccountSummary.KeysInfo.$Properties|null);

        /**
         * Encodes the specified AccountSummaryElements message. Does not implicitly {@link AccountSummary.AccountSummaryElements.verify|verify} messages.
         * @param message AccountSummaryElements message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: AccountSummary.AccountSummaryElements.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AccountSummaryElements message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {AccountSummary.AccountSummaryElements & AccountSummary.AccountSummaryElements.$Shape} AccountSummaryElements
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): AccountSummary.AccountSummaryElements & AccountSummary.AccountSummaryElements.$Shape;
    }

    namespace AccountSummaryElements {

        /** Properties of an AccountSummaryElements. */
        interface $Properties {

            /** AccountSummaryElements clientKey */
            clientKey?: (Uint8Array|null);

            /** AccountSummaryElements keysInfo */
            keysInfo?: (AccountSummary.KeysInfo.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AccountSummaryElements. */
        type $Shape = AccountSummary.AccountSummaryElements.$Properties;
    }
}

/** Namespace Authentication. */
export namespace Authentication {

    /**
     * Properties of an ApiRequest.
     * @deprecated Use Authentication.ApiRequest.$Properties instead.
     */
    interface IApiRequest extends Authentication.ApiRequest.$Properties {
    }

    /** Represents an ApiRequest. */
    class ApiRequest {

        /**
         * Constructs a new ApiRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.ApiRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ApiRequest encryptedTransmissionKey. */
        encryptedTransmissionKey: Uint8Array;

        /** ApiRequest publicKeyId. */
        publicKeyId: number;

        /** ApiRequest locale. */
        locale: string;

        /** ApiRequest encryptedPayload. */
        encryptedPayload: Uint8Array;

        /** ApiRequest encryptionType. */
        encryptionType: number;

        /** ApiRequest recaptcha. */
        recaptcha: string;

        /** ApiRequest subEnvironment. */
        subEnvironment: string;

        /** ApiRequest qrcMessageKey. */
        qrcMessageKey?: (Authentication.QrcMessageKey.$Properties|null);

        /**
         * Encodes the specified ApiRequest message. Does not implicitly {@link Authentication.ApiRequest.verify|verify} messages.
         * @param message ApiRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.ApiRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an ApiRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.ApiRequest & Authentication.ApiRequest.$Shape} ApiRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.ApiRequest & Authentication.ApiRequest.$Shape;
    }

    namespace ApiRequest {

        /** Properties of an ApiRequest. */
        interface $Properties {

            /** ApiRequest encryptedTransmissionKey */
            encryptedTransmissionKey?: (Uint8Array|null);

            /** ApiRequest publicKeyId */
            publicKeyId?: (number|null);

            /** ApiRequest locale */
            locale?: (string|null);

            /** ApiRequest encryptedPayload */
            encryptedPayload?: (Uint8Array|null);

            /** ApiRequest encryptionType */
            encryptionType?: (number|null);

            /** ApiRequest recaptcha */
            recaptcha?: (string|null);

            /** ApiRequest subEnvironment */
            subEnvironment?: (string|null);

            /** ApiRequest qrcMessageKey */
            qrcMessageKey?: (Authentication.QrcMessageKey.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an ApiRequest. */
        type $Shape = Authentication.ApiRequest.$Properties;
    }

    /**
     * Properties of an ApiRequestPayload.
     * @deprecated Use Authentication.ApiRequestPayload.$Properties instead.
     */
    interface IApiRequestPayload extends Authentication.ApiRequestPayload.$Properties {
    }

    /** Represents an ApiRequestPayload. */
    class ApiRequestPayload {

        /**
         * Constructs a new ApiRequestPayload.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.ApiRequestPayload.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ApiRequestPayload payload. */
        payload: Uint8Array;

        /** ApiRequestPayload encryptedSessionToken. */
        encryptedSessionToken: Uint8Array;

        /** ApiRequestPayload timeToken. */
        timeToken: Uint8Array;

        /** ApiRequestPayload apiVersion. */
        apiVersion: number;

        /**
         * Encodes the specified ApiRequestPayload message. Does not implicitly {@link Authentication.ApiRequestPayload.verify|verify} messages.
         * @param message ApiRequestPayload message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.ApiRequestPayload.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an ApiRequestPayload message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.ApiRequestPayload & Authentication.ApiRequestPayload.$Shape} ApiRequestPayload
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.ApiRequestPayload & Authentication.ApiRequestPayload.$Shape;
    }

    namespace ApiRequestPayload {

        /** Properties of an ApiRequestPayload. */
        interface $Properties {

            /** ApiRequestPayload payload */
            payload?: (Uint8Array|null);

            /** ApiRequestPayload encryptedSessionToken */
            encryptedSessionToken?: (Uint8Array|null);

            /** ApiRequestPayload timeToken */
            timeToken?: (Uint8Array|null);

            /** ApiRequestPayload apiVersion */
            apiVersion?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an ApiRequestPayload. */
        type $Shape = Authentication.ApiRequestPayload.$Properties;
    }

    /**
     * Properties of a QrcMessageKey.
     * @deprecated Use Authentication.QrcMessageKey.$Properties instead.
     */
    interface IQrcMessageKey extends Authentication.QrcMessageKey.$Properties {
    }

    /** Represents a QrcMessageKey. */
    class QrcMessageKey {

        /**
         * Constructs a new QrcMessageKey.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.QrcMessageKey.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** QrcMessageKey clientEcPublicKey. */
        clientEcPublicKey: Uint8Array;

        /** QrcMessageKey mlKemEncapsulatedKey. */
        mlKemEncapsulatedKey: Uint8Array;

        /** QrcMessageKey data. */
        data: Uint8Array;

        /** QrcMessageKey msgVersion. */
        msgVersion: number;

        /** QrcMessageKey ecKeyId. */
        ecKeyId: number;

        /**
         * Encodes the specified QrcMessageKey message. Does not implicitly {@link Authentication.QrcMessageKey.verify|verify} messages.
         * @param message QrcMessageKey message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.QrcMessageKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a QrcMessageKey message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.QrcMessageKey & Authentication.QrcMessageKey.$Shape} QrcMessageKey
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.QrcMessageKey & Authentication.QrcMessageKey.$Shape;
    }

    namespace QrcMessageKey {

        /** Properties of a QrcMessageKey. */
        interface $Properties {

            /** QrcMessageKey clientEcPublicKey */
            clientEcPublicKey?: (Uint8Array|null);

            /** QrcMessageKey mlKemEncapsulatedKey */
            mlKemEncapsulatedKey?: (Uint8Array|null);

            /** QrcMessageKey data */
            data?: (Uint8Array|null);

            /** QrcMessageKey msgVersion */
            msgVersion?: (number|null);

            /** QrcMessageKey ecKeyId */
            ecKeyId?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a QrcMessageKey. */
        type $Shape = Authentication.QrcMessageKey.$Properties;
    }

    /**
     * Properties of a Salt.
     * @deprecated Use Authentication.Salt.$Properties instead.
     */
    interface ISalt extends Authentication.Salt.$Properties {
    }

    /** Represents a Salt. */
    class Salt {

        /**
         * Constructs a new Salt.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.Salt.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Salt iterations. */
        iterations: number;

        /** Salt salt. */
        salt: Uint8Array;

        /** Salt algorithm. */
        algorithm: number;

        /** Salt uid. */
        uid: Uint8Array;

        /** Salt name. */
        name: string;

        /**
         * Encodes the specified Salt message. Does not implicitly {@link Authentication.Salt.verify|verify} messages.
         * @param message Salt message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.Salt.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Salt message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.Salt & Authentication.Salt.$Shape} Salt
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.Salt & Authentication.Salt.$Shape;
    }

    namespace Salt {

        /** Properties of a Salt. */
        interface $Properties {

            /** Salt iterations */
            iterations?: (number|null);

            /** Salt salt */
            salt?: (Uint8Array|null);

            /** Salt algorithm */
            algorithm?: (number|null);

            /** Salt uid */
            uid?: (Uint8Array|null);

            /** Salt name */
            name?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Salt. */
        type $Shape = Authentication.Salt.$Properties;
    }

    /**
     * Properties of a ChangeMasterPasswordRequest.
     * @deprecated Use Authentication.ChangeMasterPasswordRequest.$Properties instead.
     */
    interface IChangeMasterPasswordRequest extends Authentication.ChangeMasterPasswordRequest.$Properties {
    }

    /** Represents a ChangeMasterPasswordRequest. */
    class ChangeMasterPasswordRequest {

        /**
         * Constructs a new ChangeMasterPasswordRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.ChangeMasterPasswordRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ChangeMasterPasswordRequest authVerifier. */
        authVerifier: Uint8Array;

        /** ChangeMasterPasswordRequest encryptionParams. */
        encryptionParams: Uint8Array;

        /** ChangeMasterPasswordRequest fromServiceProvider. */
        fromServiceProvider: boolean;

        /** ChangeMasterPasswordRequest iterationsChange. */
        iterationsChange: boolean;

        /**
         * Encodes the specified ChangeMasterPasswordRequest message. Does not implicitly {@link Authentication.ChangeMasterPasswordRequest.verify|verify} messages.
         * @param message ChangeMasterPasswordRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.ChangeMasterPasswordRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ChangeMasterPasswordRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.ChangeMasterPasswordRequest & Authentication.ChangeMasterPasswordRequest.$Shape} ChangeMasterPasswordRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.ChangeMasterPasswordRequest & Authentication.ChangeMasterPasswordRequest.$Shape;
    }

    namespace ChangeMasterPasswordRequest {

        /** Properties of a ChangeMasterPasswordRequest. */
        interface $Properties {

            /** ChangeMasterPasswordRequest authVerifier */
            authVerifier?: (Uint8Array|null);

            /** ChangeMasterPasswordRequest encryptionParams */
            encryptionParams?: (Uint8Array|null);

            /** ChangeMasterPasswordRequest fromServiceProvider */
            fromServiceProvider?: (boolean|null);

            /** ChangeMasterPasswordRequest iterationsChange */
            iterationsChange?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ChangeMasterPasswordRequest. */
        type $Shape = Authentication.ChangeMasterPasswordRequest.$Properties;
    }

    /**
     * Properties of a SetEccKeyPairRequest.
     * @deprecated Use Authentication.SetEccKeyPairRequest.$Properties instead.
     */
    interface ISetEccKeyPairRequest extends Authentication.SetEccKeyPairRequest.$Properties {
    }

    /** Represents a SetEccKeyPairRequest. */
    class SetEccKeyPairRequest {

        /**
         * Constructs a new SetEccKeyPairRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.SetEccKeyPairRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** SetEccKeyPairRequest publicKey. */
        publicKey: Uint8Array;

        /** SetEccKeyPairRequest encryptedPrivateKey. */
        encryptedPrivateKey: Uint8Array;

        /**
         * Encodes the specified SetEccKeyPairRequest message. Does not implicitly {@link Authentication.SetEccKeyPairRequest.verify|verify} messages.
         * @param message SetEccKeyPairRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.SetEccKeyPairRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a SetEccKeyPairRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.SetEccKeyPairRequest & Authentication.SetEccKeyPairRequest.$Shape} SetEccKeyPairRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.SetEccKeyPairRequest & Authentication.SetEccKeyPairRequest.$Shape;
    }

    namespace SetEccKeyPairRequest {

        /** Properties of a SetEccKeyPairRequest. */
        interface $Properties {

            /** SetEccKeyPairRequest publicKey */
            publicKey?: (Uint8Array|null);

            /** SetEccKeyPairRequest encryptedPrivateKey */
            encryptedPrivateKey?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a SetEccKeyPairRequest. */
        type $Shape = Authentication.SetEccKeyPairRequest.$Properties;
    }

    /**
     * Properties of a RegisterDeviceDataKeyRequest.
     * @deprecated Use Authentication.RegisterDeviceDataKeyRequest.$Properties instead.
     */
    interface IRegisterDeviceDataKeyRequest extends Authentication.RegisterDeviceDataKeyRequest.$Properties {
    }

    /** Represents a RegisterDeviceDataKeyRequest. */
    class RegisterDeviceDataKeyRequest {

        /**
         * Constructs a new RegisterDeviceDataKeyRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.RegisterDeviceDataKeyRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RegisterDeviceDataKeyRequest encryptedDeviceToken. */
        encryptedDeviceToken: Uint8Array;

        /** RegisterDeviceDataKeyRequest encryptedDeviceDataKey. */
        encryptedDeviceDataKey: Uint8Array;

        /**
         * Encodes the specified RegisterDeviceDataKeyRequest message. Does not implicitly {@link Authentication.RegisterDeviceDataKeyRequest.verify|verify} messages.
         * @param message RegisterDeviceDataKeyRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.RegisterDeviceDataKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RegisterDeviceDataKeyRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.RegisterDeviceDataKeyRequest & Authentication.RegisterDeviceDataKeyRequest.$Shape} RegisterDeviceDataKeyRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.RegisterDeviceDataKeyRequest & Authentication.RegisterDeviceDataKeyRequest.$Shape;
    }

    namespace RegisterDeviceDataKeyRequest {

        /** Properties of a RegisterDeviceDataKeyRequest. */
        interface $Properties {

            /** RegisterDeviceDataKeyRequest encryptedDeviceToken */
            encryptedDeviceToken?: (Uint8Array|null);

            /** RegisterDeviceDataKeyRequest encryptedDeviceDataKey */
            encryptedDeviceDataKey?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RegisterDeviceDataKeyRequest. */
        type $Shape = Authentication.RegisterDeviceDataKeyRequest.$Properties;
    }

    /** ClientFormFactor enum. */
    enum ClientFormFactor {

        /** FF_EMPTY value */
        FF_EMPTY = 0,

        /** FF_PHONE value */
        FF_PHONE = 1,

        /** FF_TABLET value */
        FF_TABLET = 2,

        /** FF_WATCH value */
        FF_WATCH = 3
    }

    /**
     * Properties of a RegisterDeviceInRegionRequest.
     * @deprecated Use Authentication.RegisterDeviceInRegionRequest.$Properties instead.
     */
    interface IRegisterDeviceInRegionRequest extends Authentication.RegisterDeviceInRegionRequest.$Properties {
    }

    /** Represents a RegisterDeviceInRegionRequest. */
    class RegisterDeviceInRegionRequest {

        /**
         * Constructs a new RegisterDeviceInRegionRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.RegisterDeviceInRegionRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RegisterDeviceInRegionRequest encryptedDeviceToken. */
        encryptedDeviceToken: Uint8Array;

        /** RegisterDeviceInRegionRequest clientVersion. */
        clientVersion: string;

        /** RegisterDeviceInRegionRequest deviceName. */
        deviceName: string;

        /** RegisterDeviceInRegionRequest devicePublicKey. */
        devicePublicKey: Uint8Array;

        /** RegisterDeviceInRegionRequest devicePlatform. */
        devicePlatform: string;

        /** RegisterDeviceInRegionRequest clientFormFactor. */
        clientFormFactor: Authentication.ClientFormFactor;

        /**
         * Encodes the specified RegisterDeviceInRegionRequest message. Does not implicitly {@link Authentication.RegisterDeviceInRegionRequest.verify|verify} messages.
         * @param message RegisterDeviceInRegionRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.RegisterDeviceInRegionRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RegisterDeviceInRegionRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.RegisterDeviceInRegionRequest & Authentication.RegisterDeviceInRegionRequest.$Shape} RegisterDeviceInRegionRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.RegisterDeviceInRegionRequest & Authentication.RegisterDeviceInRegionRequest.$Shape;
    }

    namespace RegisterDeviceInRegionRequest {

        /** Properties of a RegisterDeviceInRegionRequest. */
        interface $Properties {

            /** RegisterDeviceInRegionRequest encryptedDeviceToken */
            encryptedDeviceToken?: (Uint8Array|null);

            /** RegisterDeviceInRegionRequest clientVersion */
            clientVersion?: (string|null);

            /** RegisterDeviceInRegionRequest deviceName */
            deviceName?: (string|null);

            /** RegisterDeviceInRegionRequest devicePublicKey */
            devicePublicKey?: (Uint8Array|null);

            /** RegisterDeviceInRegionRequest devicePlatform */
            devicePlatform?: (string|null);

            /** RegisterDeviceInRegionRequest clientFormFactor */
            clientFormFactor?: (Authentication.ClientFormFactor|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RegisterDeviceInRegionRequest. */
        type $Shape = Authentication.RegisterDeviceInRegionRequest.$Properties;
    }

    /**
     * Properties of a GetPublicKeysRequest.
     * @deprecated Use Authentication.GetPublicKeysRequest.$Properties instead.
     */
    interface IGetPublicKeysRequest extends Authentication.GetPublicKeysRequest.$Properties {
    }

    /** Represents a GetPublicKeysRequest. */
    class GetPublicKeysRequest {

        /**
         * Constructs a new GetPublicKeysRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.GetPublicKeysRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GetPublicKeysRequest usernames. */
        usernames: string[];

        /**
         * Encodes the specified GetPublicKeysRequest message. Does not implicitly {@link Authentication.GetPublicKeysRequest.verify|verify} messages.
         * @param message GetPublicKeysRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.GetPublicKeysRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GetPublicKeysRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.GetPublicKeysRequest & Authentication.GetPublicKeysRequest.$Shape} GetPublicKeysRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.GetPublicKeysRequest & Authentication.GetPublicKeysRequest.$Shape;
    }

    namespace GetPublicKeysRequest {

        /** Properties of a GetPublicKeysRequest. */
        interface $Properties {

            /** GetPublicKeysRequest usernames */
            usernames?: (string[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GetPublicKeysRequest. */
        type $Shape = Authentication.GetPublicKeysRequest.$Properties;
    }

    /**
     * Properties of a PublicKeyResponse.
     * @deprecated Use Authentication.PublicKeyResponse.$Properties instead.
     */
    interface IPublicKeyResponse extends Authentication.PublicKeyResponse.$Properties {
    }

    /** Represents a PublicKeyResponse. */
    class PublicKeyResponse {

        /**
         * Constructs a new PublicKeyResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.PublicKeyResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PublicKeyResponse username. */
        username: string;

        /** PublicKeyResponse publicKey. */
        publicKey: Uint8Array;

        /** PublicKeyResponse publicEccKey. */
        publicEccKey: Uint8Array;

        /** PublicKeyResponse message. */
        message: string;

        /** PublicKeyResponse errorCode. */
        errorCode: string;

        /** PublicKeyResponse accountUid. */
        accountUid: Uint8Array;

        /**
         * Encodes the specified PublicKeyResponse message. Does not implicitly {@link Authentication.PublicKeyResponse.verify|verify} messages.
         * @param message PublicKeyResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.PublicKeyResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PublicKeyResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.PublicKeyResponse & Authentication.PublicKeyResponse.$Shape} PublicKeyResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.PublicKeyResponse & Authentication.PublicKeyResponse.$Shape;
    }

    namespace PublicKeyResponse {

        /** Properties of a PublicKeyResponse. */
        interface $Properties {

            /** PublicKeyResponse username */
            username?: (string|null);

            /** PublicKeyResponse publicKey */
            publicKey?: (Uint8Array|null);

            /** PublicKeyResponse publicEccKey */
            publicEccKey?: (Uint8Array|null);

            /** PublicKeyResponse message */
            message?: (string|null);

            /** PublicKeyResponse errorCode */
            errorCode?: (string|null);

            /** PublicKeyResponse accountUid */
            accountUid?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PublicKeyResponse. */
        type $Shape = Authentication.PublicKeyResponse.$Properties;
    }

    /**
     * Properties of a GetPublicKeysResponse.
     * @deprecated Use Authentication.GetPublicKeysResponse.$Properties instead.
     */
    interface IGetPublicKeysResponse extends Authentication.GetPublicKeysResponse.$Properties {
    }

    /** Represents a GetPublicKeysResponse. */
    class GetPublicKeysResponse {

        /**
         * Constructs a new GetPublicKeysResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.GetPublicKeysResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GetPublicKeysResponse keyResponses. */
        keyResponses: Authentication.PublicKeyResponse.$Properties[];

        /**
         * Encodes the specified GetPublicKeysResponse message. Does not implicitly {@link Authentication.GetPublicKeysResponse.verify|verify} messages.
         * @param message GetPublicKeysResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.GetPublicKeysResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GetPublicKeysResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.GetPublicKeysResponse & Authentication.GetPublicKeysResponse.$Shape} GetPublicKeysResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.GetPublicKeysResponse & Authentication.GetPublicKeysResponse.$Shape;
    }

    namespace GetPublicKeysResponse {

        /** Properties of a GetPublicKeysResponse. */
        interface $Properties {

            /** GetPublicKeysResponse keyResponses */
            keyResponses?: (Authentication.PublicKeyResponse.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GetPublicKeysResponse. */
        type $Shape = Authentication.GetPublicKeysResponse.$Properties;
    }

    /**
     * Properties of a UserDataKeyRequest.
     * @deprecated Use Authentication.UserDataKeyRequest.$Properties instead.
     */
    interface IUserDataKeyRequest extends Authentication.UserDataKeyRequest.$Properties {
    }

    /** Represents a UserDataKeyRequest. */
    class UserDataKeyRequest {

        /**
         * Constructs a new UserDataKeyRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.UserDataKeyRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UserDataKeyRequest enterpriseUserId. */
        enterpriseUserId: number[];

        /**
         * Encodes the specified UserDataKeyRequest message. Does not implicitly {@link Authentication.UserDataKeyRequest.verify|verify} messages.
         * @param message UserDataKeyRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.UserDataKeyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a UserDataKeyRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.UserDataKeyRequest & Authentication.UserDataKeyRequest.$Shape} UserDataKeyRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.UserDataKeyRequest & Authentication.UserDataKeyRequest.$Shape;
    }

    namespace UserDataKeyRequest {

        /** Properties of a UserDataKeyRequest. */
        interface $Properties {

            /** UserDataKeyRequest enterpriseUserId */
            enterpriseUserId?: (number[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a UserDataKeyRequest. */
        type $Shape = Authentication.UserDataKeyRequest.$Properties;
    }

    /**
     * Properties of an EnterpriseUserIdDataKeyPair.
     * @deprecated Use Authentication.EnterpriseUserIdDataKeyPair.$Properties instead.
     */
    interface IEnterpriseUserIdDataKeyPair extends Authentication.EnterpriseUserIdDataKeyPair.$Properties {
    }

    /** Represents an EnterpriseUserIdDataKeyPair. */
    class EnterpriseUserIdDataKeyPair {

        /**
         * Constructs a new EnterpriseUserIdDataKeyPair.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.EnterpriseUserIdDataKeyPair.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** EnterpriseUserIdDataKeyPair enterpriseUserId. */
        enterpriseUserId: number;

        /** EnterpriseUserIdDataKeyPair encryptedDataKey. */
        encryptedDataKey: Uint8Array;

        /** EnterpriseUserIdDataKeyPair keyType. */
        keyType: Enterprise.EncryptedKeyType;

        /**
         * Encodes the specified EnterpriseUserIdDataKeyPair message. Does not implicitly {@link Authentication.EnterpriseUserIdDataKeyPair.verify|verify} messages.
         * @param message EnterpriseUserIdDataKeyPair message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.EnterpriseUserIdDataKeyPair.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an EnterpriseUserIdDataKeyPair message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.EnterpriseUserIdDataKeyPair & Authentication.EnterpriseUserIdDataKeyPair.$Shape} EnterpriseUserIdDataKeyPair
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.EnterpriseUserIdDataKeyPair & Authentication.EnterpriseUserIdDataKeyPair.$Shape;
    }

    namespace EnterpriseUserIdDataKeyPair {

        /** Properties of an EnterpriseUserIdDataKeyPair. */
        interface $Properties {

            /** EnterpriseUserIdDataKeyPair enterpriseUserId */
            enterpriseUserId?: (number|null);

            /** EnterpriseUserIdDataKeyPair encryptedDataKey */
            encryptedDataKey?: (Uint8Array|null);

            /** EnterpriseUserIdDataKeyPair keyType */
            keyType?: (Enterprise.EncryptedKeyType|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an EnterpriseUserIdDataKeyPair. */
        type $Shape = Authentication.EnterpriseUserIdDataKeyPair.$Properties;
    }

    /**
     * Properties of a UserDataKey.
     * @deprecated Use Authentication.UserDataKey.$Properties instead.
     */
    interface IUserDataKey extends Authentication.UserDataKey.$Properties {
    }

    /** Represents a UserDataKey. */
    class UserDataKey {

        /**
         * Constructs a new UserDataKey.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.UserDataKey.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UserDataKey roleId. */
        roleId: number;

        /** UserDataKey roleKey. */
        roleKey: Uint8Array;

        /** UserDataKey privateKey. */
        privateKey: string;

        /** UserDataKey enterpriseUserIdDataKeyPairs. */
        enterpriseUserIdDataKeyPairs: Authentication.EnterpriseUserIdDataKeyPair.$Properties[];

        /**
         * Encodes the specified UserDataKey message. Does not implicitly {@link Authentication.UserDataKey.verify|verify} messages.
         * @param message UserDataKey message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.UserDataKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a UserDataKey message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.UserDataKey & Authentication.UserDataKey.$Shape} UserDataKey
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.UserDataKey & Authentication.UserDataKey.$Shape;
    }

    namespace UserDataKey {

        /** Properties of a UserDataKey. */
        interface $Properties {

            /** UserDataKey roleId */
            roleId?: (number|null);

            /** UserDataKey roleKey */
            roleKey?: (Uint8Array|null);

            /** UserDataKey privateKey */
            privateKey?: (string|null);

            /** UserDataKey enterpriseUserIdDataKeyPairs */
            enterpriseUserIdDataKeyPairs?: (Authentication.EnterpriseUserIdDataKeyPair.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a UserDataKey. */
        type $Shape = Authentication.UserDataKey.$Properties;
    }

    /**
     * Properties of a UserDataKeyResponse.
     * @deprecated Use Authentication.UserDataKeyResponse.$Properties instead.
     */
    interface IUserDataKeyResponse extends Authentication.UserDataKeyResponse.$Properties {
    }

    /** Represents a UserDataKeyResponse. */
    class UserDataKeyResponse {

        /**
         * Constructs a new UserDataKeyResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.UserDataKeyResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UserDataKeyResponse userDataKeys. */
        userDataKeys: Authentication.UserDataKey.$Properties[];

        /** UserDataKeyResponse accessDenied. */
        accessDenied: number[];

        /** UserDataKeyResponse noEncryptedDataKey. */
        noEncryptedDataKey: number[];

        /**
         * Encodes the specified UserDataKeyResponse message. Does not implicitly {@link Authentication.UserDataKeyResponse.verify|verify} messages.
         * @param message UserDataKeyResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.UserDataKeyResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a UserDataKeyResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.UserDataKeyResponse & Authentication.UserDataKeyResponse.$Shape} UserDataKeyResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.UserDataKeyResponse & Authentication.UserDataKeyResponse.$Shape;
    }

    namespace UserDataKeyResponse {

        /** Properties of a UserDataKeyResponse. */
        interface $Properties {

            /** UserDataKeyResponse userDataKeys */
            userDataKeys?: (Authentication.UserDataKey.$Properties[]|null);

            /** UserDataKeyResponse accessDenied */
            accessDenied?: (number[]|null);

            /** UserDataKeyResponse noEncryptedDataKey */
            noEncryptedDataKey?: (number[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a UserDataKeyResponse. */
        type $Shape = Authentication.UserDataKeyResponse.$Properties;
    }

    /** ApplicationShareType enum. */
    enum ApplicationShareType {

        /** SHARE_TYPE_RECORD value */
        SHARE_TYPE_RECORD = 0,

        /** SHARE_TYPE_FOLDER value */
        SHARE_TYPE_FOLDER = 1
    }

    /**
     * Properties of an AppShareAdd.
     * @deprecated Use Authentication.AppShareAdd.$Properties instead.
     */
    interface IAppShareAdd extends Authentication.AppShareAdd.$Properties {
    }

    /** Represents an AppShareAdd. */
    class AppShareAdd {

        /**
         * Constructs a new AppShareAdd.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AppShareAdd.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AppShareAdd secretUid. */
        secretUid: Uint8Array;

        /** AppShareAdd shareType. */
        shareType: Authentication.ApplicationShareType;

        /** AppShareAdd encryptedSecretKey. */
        encryptedSecretKey: Uint8Array;

        /** AppShareAdd editable. */
        editable: boolean;

        /**
         * Encodes the specified AppShareAdd message. Does not implicitly {@link Authentication.AppShareAdd.verify|verify} messages.
         * @param message AppShareAdd message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AppShareAdd.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AppShareAdd message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AppShareAdd & Authentication.AppShareAdd.$Shape} AppShareAdd
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AppShareAdd & Authentication.AppShareAdd.$Shape;
    }

    namespace AppShareAdd {

        /** Properties of an AppShareAdd. */
        interface $Properties {

            /** AppShareAdd secretUid */
            secretUid?: (Uint8Array|null);

            /** AppShareAdd shareType */
            shareType?: (Authentication.ApplicationShareType|null);

            /** AppShareAdd encryptedSecretKey */
            encryptedSecretKey?: (Uint8Array|null);

            /** AppShareAdd editable */
            editable?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AppShareAdd. */
        type $Shape = Authentication.AppShareAdd.$Properties;
    }

    /**
     * Properties of an AddAppSharesRequest.
     * @deprecated Use Authentication.AddAppSharesRequest.$Properties instead.
     */
    interface IAddAppSharesRequest extends Authentication.AddAppSharesRequest.$Properties {
    }

    /** Represents an AddAppSharesRequest. */
    class AddAppSharesRequest {

        /**
         * Constructs a new AddAppSharesRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AddAppSharesRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AddAppSharesRequest appRecordUid. */
        appRecordUid: Uint8Array;

        /** AddAppSharesRequest shares. */
        shares: Authentication.AppShareAdd.$Properties[];

        /**
         * Encodes the specified AddAppSharesRequest message. Does not implicitly {@link Authentication.AddAppSharesRequest.verify|verify} messages.
         * @param message AddAppSharesRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AddAppSharesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AddAppSharesRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AddAppSharesRequest & Authentication.AddAppSharesRequest.$Shape} AddAppSharesRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AddAppSharesRequest & Authentication.AddAppSharesRequest.$Shape;
    }

    namespace AddAppSharesRequest {

        /** Properties of an AddAppSharesRequest. */
        interface $Properties {

            /** AddAppSharesRequest appRecordUid */
            appRecordUid?: (Uint8Array|null);

            /** AddAppSharesRequest shares */
            shares?: (Authentication.AppShareAdd.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AddAppSharesRequest. */
        type $Shape = Authentication.AddAppSharesRequest.$Properties;
    }

    /**
     * Properties of a RemoveAppSharesRequest.
     * @deprecated Use Authentication.RemoveAppSharesRequest.$Properties instead.
     */
    interface IRemoveAppSharesRequest extends Authentication.RemoveAppSharesRequest.$Properties {
    }

    /** Represents a RemoveAppSharesRequest. */
    class RemoveAppSharesRequest {

        /**
         * Constructs a new RemoveAppSharesRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.RemoveAppSharesRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RemoveAppSharesRequest appRecordUid. */
        appRecordUid: Uint8Array;

        /** RemoveAppSharesRequest shares. */
        shares: Uint8Array[];

        /**
         * Encodes the specified RemoveAppSharesRequest message. Does not implicitly {@link Authentication.RemoveAppSharesRequest.verify|verify} messages.
         * @param message RemoveAppSharesRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.RemoveAppSharesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RemoveAppSharesRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.RemoveAppSharesRequest & Authentication.RemoveAppSharesRequest.$Shape} RemoveAppSharesRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.RemoveAppSharesRequest & Authentication.RemoveAppSharesRequest.$Shape;
    }

    namespace RemoveAppSharesRequest {

        /** Properties of a RemoveAppSharesRequest. */
        interface $Properties {

            /** RemoveAppSharesRequest appRecordUid */
            appRecordUid?: (Uint8Array|null);

            /** RemoveAppSharesRequest shares */
            shares?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RemoveAppSharesRequest. */
        type $Shape = Authentication.RemoveAppSharesRequest.$Properties;
    }

    /**
     * Properties of an AddAppClientRequest.
     * @deprecated Use Authentication.AddAppClientRequest.$Properties instead.
     */
    interface IAddAppClientRequest extends Authentication.AddAppClientRequest.$Properties {
    }

    /** Represents an AddAppClientRequest. */
    class AddAppClientRequest {

        /**
         * Constructs a new AddAppClientRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AddAppClientRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AddAppClientRequest appRecordUid. */
        appRecordUid: Uint8Array;

        /** AddAppClientRequest encryptedAppKey. */
        encryptedAppKey: Uint8Array;

        /** AddAppClientRequest clientId. */
        clientId: Uint8Array;

        /** AddAppClientRequest lockIp. */
        lockIp: boolean;

        /** AddAppClientRequest firstAccessExpireOn. */
        firstAccessExpireOn: number;

        /** AddAppClientRequest accessExpireOn. */
        accessExpireOn: number;

        /** AddAppClientRequest id. */
        id: string;

        /** AddAppClientRequest appClientType. */
        appClientType: Enterprise.AppClientType;

        /**
         * Encodes the specified AddAppClientRequest message. Does not implicitly {@link Authentication.AddAppClientRequest.verify|verify} messages.
         * @param message AddAppClientRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AddAppClientRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AddAppClientRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AddAppClientRequest & Authentication.AddAppClientRequest.$Shape} AddAppClientRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AddAppClientRequest & Authentication.AddAppClientRequest.$Shape;
    }

    namespace AddAppClientRequest {

        /** Properties of an AddAppClientRequest. */
        interface $Properties {

            /** AddAppClientRequest appRecordUid */
            appRecordUid?: (Uint8Array|null);

            /** AddAppClientRequest encryptedAppKey */
            encryptedAppKey?: (Uint8Array|null);

            /** AddAppClientRequest clientId */
            clientId?: (Uint8Array|null);

            /** AddAppClientRequest lockIp */
            lockIp?: (boolean|null);

            /** AddAppClientRequest firstAccessExpireOn */
            firstAccessExpireOn?: (number|null);

            /** AddAppClientRequest accessExpireOn */
            accessExpireOn?: (number|null);

            /** AddAppClientRequest id */
            id?: (string|null);

            /** AddAppClientRequest appClientType */
            appClientType?: (Enterprise.AppClientType|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AddAppClientRequest. */
        type $Shape = Authentication.AddAppClientRequest.$Properties;
    }

    /**
     * Properties of a RemoveAppClientsRequest.
     * @deprecated Use Authentication.RemoveAppClientsRequest.$Properties instead.
     */
    interface IRemoveAppClientsRequest extends Authentication.RemoveAppClientsRequest.$Properties {
    }

    /** Represents a RemoveAppClientsRequest. */
    class RemoveAppClientsRequest {

        /**
         * Constructs a new RemoveAppClientsRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.RemoveAppClientsRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RemoveAppClientsRequest appRecordUid. */
        appRecordUid: Uint8Array;

        /** RemoveAppClientsRequest clients. */
        clients: Uint8Array[];

        /**
         * Encodes the specified RemoveAppClientsRequest message. Does not implicitly {@link Authentication.RemoveAppClientsRequest.verify|verify} messages.
         * @param message RemoveAppClientsRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.RemoveAppClientsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RemoveAppClientsRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.RemoveAppClientsRequest & Authentication.RemoveAppClientsRequest.$Shape} RemoveAppClientsRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.RemoveAppClientsRequest & Authentication.RemoveAppClientsRequest.$Shape;
    }

    namespace RemoveAppClientsRequest {

        /** Properties of a RemoveAppClientsRequest. */
        interface $Properties {

            /** RemoveAppClientsRequest appRecordUid */
            appRecordUid?: (Uint8Array|null);

            /** RemoveAppClientsRequest clients */
            clients?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RemoveAppClientsRequest. */
        type $Shape = Authentication.RemoveAppClientsRequest.$Properties;
    }

    /**
     * Properties of a GetAppInfoRequest.
     * @deprecated Use Authentication.GetAppInfoRequest.$Properties instead.
     */
    interface IGetAppInfoRequest extends Authentication.GetAppInfoRequest.$Properties {
    }

    /** Represents a GetAppInfoRequest. */
    class GetAppInfoRequest {

        /**
         * Constructs a new GetAppInfoRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.GetAppInfoRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GetAppInfoRequest appRecordUid. */
        appRecordUid: Uint8Array[];

        /**
         * Encodes the specified GetAppInfoRequest message. Does not implicitly {@link Authentication.GetAppInfoRequest.verify|verify} messages.
         * @param message GetAppInfoRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.GetAppInfoRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GetAppInfoRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.GetAppInfoRequest & Authentication.GetAppInfoRequest.$Shape} GetAppInfoRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.GetAppInfoRequest & Authentication.GetAppInfoRequest.$Shape;
    }

    namespace GetAppInfoRequest {

        /** Properties of a GetAppInfoRequest. */
        interface $Properties {

            /** GetAppInfoRequest appRecordUid */
            appRecordUid?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GetAppInfoRequest. */
        type $Shape = Authentication.GetAppInfoRequest.$Properties;
    }

    /**
     * Properties of an AppShare.
     * @deprecated Use Authentication.AppShare.$Properties instead.
     */
    interface IAppShare extends Authentication.AppShare.$Properties {
    }

    /** Represents an AppShare. */
    class AppShare {

        /**
         * Constructs a new AppShare.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AppShare.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AppShare secretUid. */
        secretUid: Uint8Array;

        /** AppShare shareType. */
        shareType: Authentication.ApplicationShareType;

        /** AppShare editable. */
        editable: boolean;

        /** AppShare createdOn. */
        createdOn: number;

        /** AppShare data. */
        data: Uint8Array;

        /**
         * Encodes the specified AppShare message. Does not implicitly {@link Authentication.AppShare.verify|verify} messages.
         * @param message AppShare message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AppShare.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AppShare message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AppShare & Authentication.AppShare.$Shape} AppShare
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AppShare & Authentication.AppShare.$Shape;
    }

    namespace AppShare {

        /** Properties of an AppShare. */
        interface $Properties {

            /** AppShare secretUid */
            secretUid?: (Uint8Array|null);

            /** AppShare shareType */
            shareType?: (Authentication.ApplicationShareType|null);

            /** AppShare editable */
            editable?: (boolean|null);

            /** AppShare createdOn */
            createdOn?: (number|null);

            /** AppShare data */
            data?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AppShare. */
        type $Shape = Authentication.AppShare.$Properties;
    }

    /**
     * Properties of an AppClient.
     * @deprecated Use Authentication.AppClient.$Properties instead.
     */
    interface IAppClient extends Authentication.AppClient.$Properties {
    }

    /** Represents an AppClient. */
    class AppClient {

        /**
         * Constructs a new AppClient.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AppClient.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AppClient id. */
        id: string;

        /** AppClient clientId. */
        clientId: Uint8Array;

        /** AppClient createdOn. */
        createdOn: number;

        /** AppClient firstAccess. */
        firstAccess: number;

        /** AppClient lastAccess. */
        lastAccess: number;

        /** AppClient publicKey. */
        publicKey: Uint8Array;

        /** AppClient lockIp. */
        lockIp: boolean;

        /** AppClient ipAddress. */
        ipAddress: string;

        /** AppClient firstAccessExpireOn. */
        firstAccessExpireOn: number;

        /** AppClient accessExpireOn. */
        accessExpireOn: number;

        /** AppClient appClientType. */
        appClientType: Enterprise.AppClientType;

        /** AppClient canEdit. */
        canEdit: boolean;

        /**
         * Encodes the specified AppClient message. Does not implicitly {@link Authentication.AppClient.verify|verify} messages.
         * @param message AppClient message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AppClient.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AppClient message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AppClient & Authentication.AppClient.$Shape} AppClient
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AppClient & Authentication.AppClient.$Shape;
    }

    namespace AppClient {

        /** Properties of an AppClient. */
        interface $Properties {

            /** AppClient id */
            id?: (string|null);

            /** AppClient clientId */
            clientId?: (Uint8Array|null);

            /** AppClient createdOn */
            createdOn?: (number|null);

            /** AppClient firstAccess */
            firstAccess?: (number|null);

            /** AppClient lastAccess */
            lastAccess?: (number|null);

            /** AppClient publicKey */
            publicKey?: (Uint8Array|null);

            /** AppClient lockIp */
            lockIp?: (boolean|null);

            /** AppClient ipAddress */
            ipAddress?: (string|null);

            /** AppClient firstAccessExpireOn */
            firstAccessExpireOn?: (number|null);

            /** AppClient accessExpireOn */
            accessExpireOn?: (number|null);

            /** AppClient appClientType */
            appClientType?: (Enterprise.AppClientType|null);

            /** AppClient canEdit */
            canEdit?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AppClient. */
        type $Shape = Authentication.AppClient.$Properties;
    }

    /**
     * Properties of an AppInfo.
     * @deprecated Use Authentication.AppInfo.$Properties instead.
     */
    interface IAppInfo extends Authentication.AppInfo.$Properties {
    }

    /** Represents an AppInfo. */
    class AppInfo {

        /**
         * Constructs a new AppInfo.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.AppInfo.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** AppInfo appRecordUid. */
        appRecordUid: Uint8Array;

        /** AppInfo shares. */
        shares: Authentication.AppShare.$Properties[];

        /** AppInfo clients. */
        clients: Authentication.AppClient.$Properties[];

        /** AppInfo isExternalShare. */
        isExternalShare: boolean;

        /**
         * Encodes the specified AppInfo message. Does not implicitly {@link Authentication.AppInfo.verify|verify} messages.
         * @param message AppInfo message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.AppInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an AppInfo message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.AppInfo & Authentication.AppInfo.$Shape} AppInfo
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.AppInfo & Authentication.AppInfo.$Shape;
    }

    namespace AppInfo {

        /** Properties of an AppInfo. */
        interface $Properties {

            /** AppInfo appRecordUid */
            appRecordUid?: (Uint8Array|null);

            /** AppInfo shares */
            shares?: (Authentication.AppShare.$Properties[]|null);

            /** AppInfo clients */
            clients?: (Authentication.AppClient.$Properties[]|null);

            /** AppInfo isExternalShare */
            isExternalShare?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an AppInfo. */
        type $Shape = Authentication.AppInfo.$Properties;
    }

    /**
     * Properties of a GetAppInfoResponse.
     * @deprecated Use Authentication.GetAppInfoResponse.$Properties instead.
     */
    interface IGetAppInfoResponse extends Authentication.GetAppInfoResponse.$Properties {
    }

    /** Represents a GetAppInfoResponse. */
    class GetAppInfoResponse {

        /**
         * Constructs a new GetAppInfoResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: Authentication.GetAppInfoResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** GetAppInfoResponse appInfo. */
        appInfo: Authentication.AppInfo.$Properties[];

        /**
         * Encodes the specified GetAppInfoResponse message. Does not implicitly {@link Authentication.GetAppInfoResponse.verify|verify} messages.
         * @param message GetAppInfoResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Authentication.GetAppInfoResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a GetAppInfoResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Authentication.GetAppInfoResponse & Authentication.GetAppInfoResponse.$Shape} GetAppInfoResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Authentication.GetAppInfoResponse & Authentication.GetAppInfoResponse.$Shape;
    }

    namespace GetAppInfoResponse {

        /** Properties of a GetAppInfoResponse. */
        interface $Properties {

            /** GetAppInfoResponse appInfo */
            appInfo?: (Authentication.AppInfo.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a GetAppInfoResponse. */
        type $Shape = Authentication.GetAppInfoResponse.$Properties;
    }
}

/** Namespace Enterprise. */
export namespace Enterprise {

    /** AppClientType enum. */
    enum AppClientType {

        /** NOT_USED value */
        NOT_USED = 0,

        /** GENERAL value */
        GENERAL = 1,

        /** DISCOVERY_AND_ROTATION_CONTROLLER value */
        DISCOVERY_AND_ROTATION_CONTROLLER = 2,

        /** KCM_CONTROLLER value */
        KCM_CONTROLLER = 3,

        /** SELF_DESTRUCT value */
        SELF_DESTRUCT = 4
    }

    /** EncryptedKeyType enum. */
    enum EncryptedKeyType {

        /** KT_NO_KEY value */
        KT_NO_KEY = 0,

        /** KT_ENCRYPTED_BY_DATA_KEY value */
        KT_ENCRYPTED_BY_DATA_KEY = 1,

        /** KT_ENCRYPTED_BY_PUBLIC_KEY value */
        KT_ENCRYPTED_BY_PUBLIC_KEY = 2,

        /** KT_ENCRYPTED_BY_DATA_KEY_GCM value */
        KT_ENCRYPTED_BY_DATA_KEY_GCM = 3,

        /** KT_ENCRYPTED_BY_PUBLIC_KEY_ECC value */
        KT_ENCRYPTED_BY_PUBLIC_KEY_ECC = 4
    }
}

/** Namespace PAM. */
export namespace PAM {

    /** ControllerMessageType enum. */
    enum ControllerMessageType {

        /** CMT_GENERAL value */
        CMT_GENERAL = 0,

        /** CMT_ROTATE value */
        CMT_ROTATE = 1,

        /** CMT_DISCOVERY value */
        CMT_DISCOVERY = 2,

        /** CMT_CONNECT value */
        CMT_CONNECT = 3,

        /** CMT_ANALYZE_RECORDING value */
        CMT_ANALYZE_RECORDING = 4,

        /** CMT_WORKFLOW_ACCESS_ELEVATION value */
        CMT_WORKFLOW_ACCESS_ELEVATION = 5,

        /** CMT_USS value */
        CMT_USS = 6,

        /** CMT_INFO value */
        CMT_INFO = 7,

        /** CMT_AUTOMATION value */
        CMT_AUTOMATION = 8
    }

    /** WebRtcConnectionType enum. */
    enum WebRtcConnectionType {

        /** CONNECTION value */
        CONNECTION = 0,

        /** TUNNEL value */
        TUNNEL = 1,

        /** SSH value */
        SSH = 2,

        /** RDP value */
        RDP = 3,

        /** HTTP value */
        HTTP = 4,

        /** VNC value */
        VNC = 5,

        /** TELNET value */
        TELNET = 6,

        /** MYSQL value */
        MYSQL = 7,

        /** SQL_SERVER value */
        SQL_SERVER = 8,

        /** POSTGRESQL value */
        POSTGRESQL = 9,

        /** KUBERNETES value */
        KUBERNETES = 10
    }

    /**
     * Properties of a PAMGenericUidRequest.
     * @deprecated Use PAM.PAMGenericUidRequest.$Properties instead.
     */
    interface IPAMGenericUidRequest extends PAM.PAMGenericUidRequest.$Properties {
    }

    /** Represents a PAMGenericUidRequest. */
    class PAMGenericUidRequest {

        /**
         * Constructs a new PAMGenericUidRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMGenericUidRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMGenericUidRequest uid. */
        uid: Uint8Array;

        /**
         * Encodes the specified PAMGenericUidRequest message. Does not implicitly {@link PAM.PAMGenericUidRequest.verify|verify} messages.
         * @param message PAMGenericUidRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMGenericUidRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMGenericUidRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMGenericUidRequest & PAM.PAMGenericUidRequest.$Shape} PAMGenericUidRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMGenericUidRequest & PAM.PAMGenericUidRequest.$Shape;
    }

    namespace PAMGenericUidRequest {

        /** Properties of a PAMGenericUidRequest. */
        interface $Properties {

            /** PAMGenericUidRequest uid */
            uid?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMGenericUidRequest. */
        type $Shape = PAM.PAMGenericUidRequest.$Properties;
    }

    /**
     * Properties of a PAMGenericUidsRequest.
     * @deprecated Use PAM.PAMGenericUidsRequest.$Properties instead.
     */
    interface IPAMGenericUidsRequest extends PAM.PAMGenericUidsRequest.$Properties {
    }

    /** Represents a PAMGenericUidsRequest. */
    class PAMGenericUidsRequest {

        /**
         * Constructs a new PAMGenericUidsRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMGenericUidsRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMGenericUidsRequest uids. */
        uids: Uint8Array[];

        /**
         * Encodes the specified PAMGenericUidsRequest message. Does not implicitly {@link PAM.PAMGenericUidsRequest.verify|verify} messages.
         * @param message PAMGenericUidsRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMGenericUidsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMGenericUidsRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMGenericUidsRequest & PAM.PAMGenericUidsRequest.$Shape} PAMGenericUidsRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMGenericUidsRequest & PAM.PAMGenericUidsRequest.$Shape;
    }

    namespace PAMGenericUidsRequest {

        /** Properties of a PAMGenericUidsRequest. */
        interface $Properties {

            /** PAMGenericUidsRequest uids */
            uids?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMGenericUidsRequest. */
        type $Shape = PAM.PAMGenericUidsRequest.$Properties;
    }

    /**
     * Properties of an UidList.
     * @deprecated Use PAM.UidList.$Properties instead.
     */
    interface IUidList extends PAM.UidList.$Properties {
    }

    /** Represents an UidList. */
    class UidList {

        /**
         * Constructs a new UidList.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.UidList.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** UidList uids. */
        uids: Uint8Array[];

        /**
         * Encodes the specified UidList message. Does not implicitly {@link PAM.UidList.verify|verify} messages.
         * @param message UidList message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.UidList.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes an UidList message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.UidList & PAM.UidList.$Shape} UidList
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.UidList & PAM.UidList.$Shape;
    }

    namespace UidList {

        /** Properties of an UidList. */
        interface $Properties {

            /** UidList uids */
            uids?: (Uint8Array[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of an UidList. */
        type $Shape = PAM.UidList.$Properties;
    }

    /**
     * Properties of a PAMConfigurationController.
     * @deprecated Use PAM.PAMConfigurationController.$Properties instead.
     */
    interface IPAMConfigurationController extends PAM.PAMConfigurationController.$Properties {
    }

    /** Represents a PAMConfigurationController. */
    class PAMConfigurationController {

        /**
         * Constructs a new PAMConfigurationController.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMConfigurationController.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMConfigurationController configurationUid. */
        configurationUid: Uint8Array;

        /** PAMConfigurationController controllerUid. */
        controllerUid: Uint8Array;

        /**
         * Encodes the specified PAMConfigurationController message. Does not implicitly {@link PAM.PAMConfigurationController.verify|verify} messages.
         * @param message PAMConfigurationController message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMConfigurationController.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMConfigurationController message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMConfigurationController & PAM.PAMConfigurationController.$Shape} PAMConfigurationController
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMConfigurationController & PAM.PAMConfigurationController.$Shape;
    }

    namespace PAMConfigurationController {

        /** Properties of a PAMConfigurationController. */
        interface $Properties {

            /** PAMConfigurationController configurationUid */
            configurationUid?: (Uint8Array|null);

            /** PAMConfigurationController controllerUid */
            controllerUid?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMConfigurationController. */
        type $Shape = PAM.PAMConfigurationController.$Properties;
    }

    /**
     * Properties of a PAMElement.
     * @deprecated Use PAM.PAMElement.$Properties instead.
     */
    interface IPAMElement extends PAM.PAMElement.$Properties {
    }

    /** Represents a PAMElement. */
    class PAMElement {

        /**
         * Constructs a new PAMElement.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMElement.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMElement elementUid. */
        elementUid: Uint8Array;

        /** PAMElement data. */
        data: Uint8Array;

        /** PAMElement created. */
        created: number;

        /** PAMElement lastModified. */
        lastModified: number;

        /** PAMElement children. */
        children: PAM.PAMElement.$Properties[];

        /**
         * Encodes the specified PAMElement message. Does not implicitly {@link PAM.PAMElement.verify|verify} messages.
         * @param message PAMElement message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMElement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMElement message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMElement & PAM.PAMElement.$Shape} PAMElement
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMElement & PAM.PAMElement.$Shape;
    }

    namespace PAMElement {

        /** Properties of a PAMElement. */
        interface $Properties {

            /** PAMElement elementUid */
            elementUid?: (Uint8Array|null);

            /** PAMElement data */
            data?: (Uint8Array|null);

            /** PAMElement created */
            created?: (number|null);

            /** PAMElement lastModified */
            lastModified?: (number|null);

            /** PAMElement children */
            children?: (PAM.PAMElement.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMElement. */
        type $Shape = PAM.PAMElement.$Properties;
    }

    /**
     * Properties of a PAMConfiguration.
     * @deprecated Use PAM.PAMConfiguration.$Properties instead.
     */
    interface IPAMConfiguration extends PAM.PAMConfiguration.$Properties {
    }

    /** Represents a PAMConfiguration. */
    class PAMConfiguration {

        /**
         * Constructs a new PAMConfiguration.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMConfiguration.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMConfiguration configurationUid. */
        configurationUid: Uint8Array;

        /** PAMConfiguration nodeId. */
        nodeId: number;

        /** PAMConfiguration controllerUid. */
        controllerUid: Uint8Array;

        /** PAMConfiguration data. */
        data: Uint8Array;

        /** PAMConfiguration created. */
        created: number;

        /** PAMConfiguration lastModified. */
        lastModified: number;

        /** PAMConfiguration children. */
        children: PAM.PAMElement.$Properties[];

        /**
         * Encodes the specified PAMConfiguration message. Does not implicitly {@link PAM.PAMConfiguration.verify|verify} messages.
         * @param message PAMConfiguration message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMConfiguration.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMConfiguration message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMConfiguration & PAM.PAMConfiguration.$Shape} PAMConfiguration
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMConfiguration & PAM.PAMConfiguration.$Shape;
    }

    namespace PAMConfiguration {

        /** Properties of a PAMConfiguration. */
        interface $Properties {

            /** PAMConfiguration configurationUid */
            configurationUid?: (Uint8Array|null);

            /** PAMConfiguration nodeId */
            nodeId?: (number|null);

            /** PAMConfiguration controllerUid */
            controllerUid?: (Uint8Array|null);

            /** PAMConfiguration data */
            data?: (Uint8Array|null);

            /** PAMConfiguration created */
            created?: (number|null);

            /** PAMConfiguration lastModified */
            lastModified?: (number|null);

            /** PAMConfiguration children */
            children?: (PAM.PAMElement.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMConfiguration. */
        type $Shape = PAM.PAMConfiguration.$Properties;
    }

    /**
     * Properties of a ConfigurationAddRequest.
     * @deprecated Use PAM.ConfigurationAddRequest.$Properties instead.
     */
    interface IConfigurationAddRequest extends PAM.ConfigurationAddRequest.$Properties {
    }

    /** Represents a ConfigurationAddRequest. */
    class ConfigurationAddRequest {

        /**
         * Constructs a new ConfigurationAddRequest.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.ConfigurationAddRequest.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ConfigurationAddRequest configurationUid. */
        configurationUid: Uint8Array;

        /** ConfigurationAddRequest recordKey. */
        recordKey: Uint8Array;

        /** ConfigurationAddRequest data. */
        data: Uint8Array;

        /** ConfigurationAddRequest recordLinks. */
        recordLinks: Records.RecordLink.$Properties[];

        /** ConfigurationAddRequest audit. */
        audit?: (Records.RecordAudit.$Properties|null);

        /**
         * Encodes the specified ConfigurationAddRequest message. Does not implicitly {@link PAM.ConfigurationAddRequest.verify|verify} messages.
         * @param message ConfigurationAddRequest message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.ConfigurationAddRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ConfigurationAddRequest message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.ConfigurationAddRequest & PAM.ConfigurationAddRequest.$Shape} ConfigurationAddRequest
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.ConfigurationAddRequest & PAM.ConfigurationAddRequest.$Shape;
    }

    namespace ConfigurationAddRequest {

        /** Properties of a ConfigurationAddRequest. */
        interface $Properties {

            /** ConfigurationAddRequest configurationUid */
            configurationUid?: (Uint8Array|null);

            /** ConfigurationAddRequest recordKey */
            recordKey?: (Uint8Array|null);

            /** ConfigurationAddRequest data */
            data?: (Uint8Array|null);

            /** ConfigurationAddRequest recordLinks */
            recordLinks?: (Records.RecordLink.$Properties[]|null);

            /** ConfigurationAddRequest audit */
            audit?: (Records.RecordAudit.$Properties|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ConfigurationAddRequest. */
        type $Shape = PAM.ConfigurationAddRequest.$Properties;
    }

    /**
     * Properties of a PAMController.
     * @deprecated Use PAM.PAMController.$Properties instead.
     */
    interface IPAMController extends PAM.PAMController.$Properties {
    }

    /** Represents a PAMController. */
    class PAMController {

        /**
         * Constructs a new PAMController.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMController.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMController controllerUid. */
        controllerUid: Uint8Array;

        /** PAMController controllerName. */
        controllerName: string;

        /** PAMController deviceToken. */
        deviceToken: string;

        /** PAMController deviceName. */
        deviceName: string;

        /** PAMController nodeId. */
        nodeId: number;

        /** PAMController created. */
        created: number;

        /** PAMController lastModified. */
        lastModified: number;

        /** PAMController applicationUid. */
        applicationUid: Uint8Array;

        /** PAMController appClientType. */
        appClientType: Enterprise.AppClientType;

        /** PAMController isInitialized. */
        isInitialized: boolean;

        /**
         * Encodes the specified PAMController message. Does not implicitly {@link PAM.PAMController.verify|verify} messages.
         * @param message PAMController message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMController.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMController message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMController & PAM.PAMController.$Shape} PAMController
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMController & PAM.PAMController.$Shape;
    }

    namespace PAMController {

        /** Properties of a PAMController. */
        interface $Properties {

            /** PAMController controllerUid */
            controllerUid?: (Uint8Array|null);

            /** PAMController controllerName */
            controllerName?: (string|null);

            /** PAMController deviceToken */
            deviceToken?: (string|null);

            /** PAMController deviceName */
            deviceName?: (string|null);

            /** PAMController nodeId */
            nodeId?: (number|null);

            /** PAMController created */
            created?: (number|null);

            /** PAMController lastModified */
            lastModified?: (number|null);

            /** PAMController applicationUid */
            applicationUid?: (Uint8Array|null);

            /** PAMController appClientType */
            appClientType?: (Enterprise.AppClientType|null);

            /** PAMController isInitialized */
            isInitialized?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMController. */
        type $Shape = PAM.PAMController.$Properties;
    }

    /**
     * Properties of a PAMControllersResponse.
     * @deprecated Use PAM.PAMControllersResponse.$Properties instead.
     */
    interface IPAMControllersResponse extends PAM.PAMControllersResponse.$Properties {
    }

    /** Represents a PAMControllersResponse. */
    class PAMControllersResponse {

        /**
         * Constructs a new PAMControllersResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMControllersResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMControllersResponse controllers. */
        controllers: PAM.PAMController.$Properties[];

        /**
         * Encodes the specified PAMControllersResponse message. Does not implicitly {@link PAM.PAMControllersResponse.verify|verify} messages.
         * @param message PAMControllersResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMControllersResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMControllersResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMControllersResponse & PAM.PAMControllersResponse.$Shape} PAMControllersResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMControllersResponse & PAM.PAMControllersResponse.$Shape;
    }

    namespace PAMControllersResponse {

        /** Properties of a PAMControllersResponse. */
        interface $Properties {

            /** PAMControllersResponse controllers */
            controllers?: (PAM.PAMController.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMControllersResponse. */
        type $Shape = PAM.PAMControllersResponse.$Properties;
    }

    /**
     * Properties of a PAMWebRtcConnection.
     * @deprecated Use PAM.PAMWebRtcConnection.$Properties instead.
     */
    interface IPAMWebRtcConnection extends PAM.PAMWebRtcConnection.$Properties {
    }

    /** Represents a PAMWebRtcConnection. */
    class PAMWebRtcConnection {

        /**
         * Constructs a new PAMWebRtcConnection.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMWebRtcConnection.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMWebRtcConnection connectionUid. */
        connectionUid: Uint8Array;

        /** PAMWebRtcConnection type. */
        type: PAM.WebRtcConnectionType;

        /** PAMWebRtcConnection recordUid. */
        recordUid: Uint8Array;

        /** PAMWebRtcConnection userName. */
        userName: string;

        /** PAMWebRtcConnection startedOn. */
        startedOn: number;

        /** PAMWebRtcConnection configurationUid. */
        configurationUid: Uint8Array;

        /**
         * Encodes the specified PAMWebRtcConnection message. Does not implicitly {@link PAM.PAMWebRtcConnection.verify|verify} messages.
         * @param message PAMWebRtcConnection message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMWebRtcConnection.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMWebRtcConnection message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMWebRtcConnection & PAM.PAMWebRtcConnection.$Shape} PAMWebRtcConnection
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMWebRtcConnection & PAM.PAMWebRtcConnection.$Shape;
    }

    namespace PAMWebRtcConnection {

        /** Properties of a PAMWebRtcConnection. */
        interface $Properties {

            /** PAMWebRtcConnection connectionUid */
            connectionUid?: (Uint8Array|null);

            /** PAMWebRtcConnection type */
            type?: (PAM.WebRtcConnectionType|null);

            /** PAMWebRtcConnection recordUid */
            recordUid?: (Uint8Array|null);

            /** PAMWebRtcConnection userName */
            userName?: (string|null);

            /** PAMWebRtcConnection startedOn */
            startedOn?: (number|null);

            /** PAMWebRtcConnection configurationUid */
            configurationUid?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMWebRtcConnection. */
        type $Shape = PAM.PAMWebRtcConnection.$Properties;
    }

    /**
     * Properties of a PAMOnlineController.
     * @deprecated Use PAM.PAMOnlineController.$Properties instead.
     */
    interface IPAMOnlineController extends PAM.PAMOnlineController.$Properties {
    }

    /** Represents a PAMOnlineController. */
    class PAMOnlineController {

        /**
         * Constructs a new PAMOnlineController.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMOnlineController.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMOnlineController controllerUid. */
        controllerUid: Uint8Array;

        /** PAMOnlineController connectedOn. */
        connectedOn: number;

        /** PAMOnlineController ipAddress. */
        ipAddress: string;

        /** PAMOnlineController version. */
        version: string;

        /** PAMOnlineController connections. */
        connections: PAM.PAMWebRtcConnection.$Properties[];

        /**
         * Encodes the specified PAMOnlineController message. Does not implicitly {@link PAM.PAMOnlineController.verify|verify} messages.
         * @param message PAMOnlineController message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMOnlineController.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMOnlineController message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMOnlineController & PAM.PAMOnlineController.$Shape} PAMOnlineController
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMOnlineController & PAM.PAMOnlineController.$Shape;
    }

    namespace PAMOnlineController {

        /** Properties of a PAMOnlineController. */
        interface $Properties {

            /** PAMOnlineController controllerUid */
            controllerUid?: (Uint8Array|null);

            /** PAMOnlineController connectedOn */
            connectedOn?: (number|null);

            /** PAMOnlineController ipAddress */
            ipAddress?: (string|null);

            /** PAMOnlineController version */
            version?: (string|null);

            /** PAMOnlineController connections */
            connections?: (PAM.PAMWebRtcConnection.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMOnlineController. */
        type $Shape = PAM.PAMOnlineController.$Properties;
    }

    /**
     * Properties of a PAMOnlineControllers.
     * @deprecated Use PAM.PAMOnlineControllers.$Properties instead.
     */
    interface IPAMOnlineControllers extends PAM.PAMOnlineControllers.$Properties {
    }

    /** Represents a PAMOnlineControllers. */
    class PAMOnlineControllers {

        /**
         * Constructs a new PAMOnlineControllers.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.PAMOnlineControllers.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** PAMOnlineControllers deprecated. */
        deprecated: Uint8Array[];

        /** PAMOnlineControllers controllers. */
        controllers: PAM.PAMOnlineController.$Properties[];

        /**
         * Encodes the specified PAMOnlineControllers message. Does not implicitly {@link PAM.PAMOnlineControllers.verify|verify} messages.
         * @param message PAMOnlineControllers message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.PAMOnlineControllers.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a PAMOnlineControllers message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.PAMOnlineControllers & PAM.PAMOnlineControllers.$Shape} PAMOnlineControllers
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.PAMOnlineControllers & PAM.PAMOnlineControllers.$Shape;
    }

    namespace PAMOnlineControllers {

        /** Properties of a PAMOnlineControllers. */
        interface $Properties {

            /** PAMOnlineControllers deprecated */
            deprecated?: (Uint8Array[]|null);

            /** PAMOnlineControllers controllers */
            controllers?: (PAM.PAMOnlineController.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a PAMOnlineControllers. */
        type $Shape = PAM.PAMOnlineControllers.$Properties;
    }

    /**
     * Properties of a ControllerResponse.
     * @deprecated Use PAM.ControllerResponse.$Properties instead.
     */
    interface IControllerResponse extends PAM.ControllerResponse.$Properties {
    }

    /** Represents a ControllerResponse. */
    class ControllerResponse {

        /**
         * Constructs a new ControllerResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: PAM.ControllerResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ControllerResponse payload. */
        payload: string;

        /**
         * Encodes the specified ControllerResponse message. Does not implicitly {@link PAM.ControllerResponse.verify|verify} messages.
         * @param message ControllerResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: PAM.ControllerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ControllerResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {PAM.ControllerResponse & PAM.ControllerResponse.$Shape} ControllerResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): PAM.ControllerResponse & PAM.ControllerResponse.$Shape;
    }

    namespace ControllerResponse {

        /** Properties of a ControllerResponse. */
        interface $Properties {

            /** ControllerResponse payload */
            payload?: (string|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ControllerResponse. */
        type $Shape = PAM.ControllerResponse.$Properties;
    }
}

/** Namespace Records. */
export namespace Records {

    /**
     * Properties of a RecordLink.
     * @deprecated Use Records.RecordLink.$Properties instead.
     */
    interface IRecordLink extends Records.RecordLink.$Properties {
    }

    /** Represents a RecordLink. */
    class RecordLink {

        /**
         * Constructs a new RecordLink.
         * @param [properties] Properties to set
         */
        constructor(properties?: Records.RecordLink.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RecordLink record_uid. */
        record_uid: Uint8Array;

        /** RecordLink record_key. */
        record_key: Uint8Array;

        /**
         * Encodes the specified RecordLink message. Does not implicitly {@link Records.RecordLink.verify|verify} messages.
         * @param message RecordLink message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Records.RecordLink.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RecordLink message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Records.RecordLink & Records.RecordLink.$Shape} RecordLink
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Records.RecordLink & Records.RecordLink.$Shape;
    }

    namespace RecordLink {

        /** Properties of a RecordLink. */
        interface $Properties {

            /** RecordLink record_uid */
            record_uid?: (Uint8Array|null);

            /** RecordLink record_key */
            record_key?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RecordLink. */
        type $Shape = Records.RecordLink.$Properties;
    }

    /**
     * Properties of a RecordAudit.
     * @deprecated Use Records.RecordAudit.$Properties instead.
     */
    interface IRecordAudit extends Records.RecordAudit.$Properties {
    }

    /** Represents a RecordAudit. */
    class RecordAudit {

        /**
         * Constructs a new RecordAudit.
         * @param [properties] Properties to set
         */
        constructor(properties?: Records.RecordAudit.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RecordAudit version. */
        version: number;

        /** RecordAudit data. */
        data: Uint8Array;

        /**
         * Encodes the specified RecordAudit message. Does not implicitly {@link Records.RecordAudit.verify|verify} messages.
         * @param message RecordAudit message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Records.RecordAudit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RecordAudit message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Records.RecordAudit & Records.RecordAudit.$Shape} RecordAudit
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Records.RecordAudit & Records.RecordAudit.$Shape;
    }

    namespace RecordAudit {

        /** Properties of a RecordAudit. */
        interface $Properties {

            /** RecordAudit version */
            version?: (number|null);

            /** RecordAudit data */
            data?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RecordAudit. */
        type $Shape = Records.RecordAudit.$Properties;
    }
}

/** Namespace Router. */
export namespace Router {

    /** RouterResponseCode enum. */
    enum RouterResponseCode {

        /** RRC_OK value */
        RRC_OK = 0,

        /** RRC_GENERAL_ERROR value */
        RRC_GENERAL_ERROR = 1,

        /** RRC_NOT_ALLOWED value */
        RRC_NOT_ALLOWED = 2,

        /** RRC_BAD_REQUEST value */
        RRC_BAD_REQUEST = 3,

        /** RRC_TIMEOUT value */
        RRC_TIMEOUT = 4,

        /** RRC_BAD_STATE value */
        RRC_BAD_STATE = 5,

        /** RRC_CONTROLLER_DOWN value */
        RRC_CONTROLLER_DOWN = 6,

        /** RRC_WRONG_INSTANCE value */
        RRC_WRONG_INSTANCE = 7,

        /** RRC_NOT_ALLOWED_ENFORCEMENT_NOT_ENABLED value */
        RRC_NOT_ALLOWED_ENFORCEMENT_NOT_ENABLED = 8,

        /** RRC_NOT_ALLOWED_PAM_CONFIG_FEATURES_NOT_ENABLED value */
        RRC_NOT_ALLOWED_PAM_CONFIG_FEATURES_NOT_ENABLED = 9
    }

    /**
     * Properties of a RouterResponse.
     * @deprecated Use Router.RouterResponse.$Properties instead.
     */
    interface IRouterResponse extends Router.RouterResponse.$Properties {
    }

    /** Represents a RouterResponse. */
    class RouterResponse {

        /**
         * Constructs a new RouterResponse.
         * @param [properties] Properties to set
         */
        constructor(properties?: Router.RouterResponse.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RouterResponse responseCode. */
        responseCode: Router.RouterResponseCode;

        /** RouterResponse errorMessage. */
        errorMessage: string;

        /** RouterResponse encryptedPayload. */
        encryptedPayload: Uint8Array;

        /**
         * Encodes the specified RouterResponse message. Does not implicitly {@link Router.RouterResponse.verify|verify} messages.
         * @param message RouterResponse message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Router.RouterResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RouterResponse message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Router.RouterResponse & Router.RouterResponse.$Shape} RouterResponse
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Router.RouterResponse & Router.RouterResponse.$Shape;
    }

    namespace RouterResponse {

        /** Properties of a RouterResponse. */
        interface $Properties {

            /** RouterResponse responseCode */
            responseCode?: (Router.RouterResponseCode|null);

            /** RouterResponse errorMessage */
            errorMessage?: (string|null);

            /** RouterResponse encryptedPayload */
            encryptedPayload?: (Uint8Array|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RouterResponse. */
        type $Shape = Router.RouterResponse.$Properties;
    }

    /**
     * Properties of a RouterControllerMessage.
     * @deprecated Use Router.RouterControllerMessage.$Properties instead.
     */
    interface IRouterControllerMessage extends Router.RouterControllerMessage.$Properties {
    }

    /** Represents a RouterControllerMessage. */
    class RouterControllerMessage {

        /**
         * Constructs a new RouterControllerMessage.
         * @param [properties] Properties to set
         */
        constructor(properties?: Router.RouterControllerMessage.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** RouterControllerMessage messageType. */
        messageType: PAM.ControllerMessageType;

        /** RouterControllerMessage messageUid. */
        messageUid: Uint8Array;

        /** RouterControllerMessage controllerUid. */
        controllerUid: Uint8Array;

        /** RouterControllerMessage streamResponse. */
        streamResponse: boolean;

        /** RouterControllerMessage payload. */
        payload: Uint8Array;

        /** RouterControllerMessage timeout. */
        timeout: number;

        /**
         * Encodes the specified RouterControllerMessage message. Does not implicitly {@link Router.RouterControllerMessage.verify|verify} messages.
         * @param message RouterControllerMessage message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: Router.RouterControllerMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a RouterControllerMessage message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {Router.RouterControllerMessage & Router.RouterControllerMessage.$Shape} RouterControllerMessage
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): Router.RouterControllerMessage & Router.RouterControllerMessage.$Shape;
    }

    namespace RouterControllerMessage {

        /** Properties of a RouterControllerMessage. */
        interface $Properties {

            /** RouterControllerMessage messageType */
            messageType?: (PAM.ControllerMessageType|null);

            /** RouterControllerMessage messageUid */
            messageUid?: (Uint8Array|null);

            /** RouterControllerMessage controllerUid */
            controllerUid?: (Uint8Array|null);

            /** RouterControllerMessage streamResponse */
            streamResponse?: (boolean|null);

            /** RouterControllerMessage payload */
            payload?: (Uint8Array|null);

            /** RouterControllerMessage timeout */
            timeout?: (number|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a RouterControllerMessage. */
        type $Shape = Router.RouterControllerMessage.$Properties;
    }
}
