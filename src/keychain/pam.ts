import { VaultwireError } from '../wire/error.js';
import {
  isJsonObject,
  readArray,
  readOptionalString,
  readString,
  type JsonObject,
  type JsonValue,
} from '../wire/json.js';
import { assertUid } from './uid.js';

// A PAM configuration is an encrypted record (wire note: keychain), whose field `pamResources` says which gateway serves
// the records of this configuration. Only a vault that can open the record knows it: the server's word is another thing.

/** The field that holds the resources of a PAM configuration. */
const RESOURCES_FIELD = 'pamResources';

/** Which gateway serves what. */
export interface PamConfiguration {
  /** The record's type: `pamAwsConfiguration`, `pamNetworkConfiguration` and so on. */
  readonly type: string;
  readonly title: string;
  /** UID of the gateway, which the wire calls controller; undefined while none is chosen. */
  readonly gatewayUid: string | undefined;
  /** UID of the shared folder whose records the gateway may see; undefined where none is named. */
  readonly folderUid: string | undefined;
  /** UIDs of the resources (machines, databases, directories) that belong to it. */
  readonly resourceUids: readonly string[];
}

/** Whether a record's type is that of a PAM configuration. */
export function isPamConfigurationType(type: string): boolean {
  return /^pam[A-Z][A-Za-z]*Configuration$/.test(type);
}

/**
 * Reads a PAM configuration from the JSON of its record.
 *
 * @throws VaultwireError `field-invalid` for a record of another type or several `pamResources`, `field-missing`,
 *   `uid-invalid`
 */
export function readPamConfiguration(data: JsonObject): PamConfiguration {
  const name = 'PAM configuration';
  const type = readString(data, 'type', name);
  if (!isPamConfigurationType(type)) {
    throw new VaultwireError('field-invalid', `${name}.type: expected that of a PAM configuration`);
  }
  const [field, ...others] = readArray(data, 'fields', name).filter(isResourcesField);
  if (!field) throw new VaultwireError('field-missing', `${name}.fields: expected ${RESOURCES_FIELD}`);
  // Peers take the first of several: two readers that take different ones would talk to different gateways.
  if (others.length > 0) throw new VaultwireError('field-invalid', `${name}.fields: expected one ${RESOURCES_FIELD}`);
  const [resources, ...more] = readArray(field, 'value', `${name}.${RESOURCES_FIELD}`);
  if (!isJsonObject(resources) || more.length > 0) {
    throw new VaultwireError('field-invalid', `${name}.${RESOURCES_FIELD}.value: expected one object`);
  }
  return {
    type,
    title: readOptionalString(data, 'title', name) ?? '',
    gatewayUid: readOptionalUid(resources, 'controllerUid'),
    folderUid: readOptionalUid(resources, 'folderUid'),
    resourceUids: readArray(resources, 'resourceRef', RESOURCES_FIELD).map(asUid),
  };
}

/** What {@link makePamConfiguration} is told. */
export interface PamConfigurationInit {
  readonly type: string;
  readonly title: string;
  readonly gatewayUid?: string | undefined;
  readonly folderUid?: string | undefined;
  readonly resourceUids?: readonly string[];
  /** The type's other fields, as they go into the record. */
  readonly fields?: readonly JsonObject[];
}

/**
 * Makes the JSON of a PAM configuration's record.
 *
 * @throws VaultwireError `field-invalid`, `uid-invalid`
 */
export function makePamConfiguration(init: PamConfigurationInit): JsonObject {
  const { type, title, gatewayUid, folderUid, resourceUids = [], fields = [] } = init;
  const resources = { controllerUid: gatewayUid ?? '', folderUid: folderUid ?? '', resourceRef: [...resourceUids] };
  const data = { type, title, fields: [{ type: RESOURCES_FIELD, value: [resources] }, ...fields], custom: [] };
  readPamConfiguration(data);
  return data;
}

const isResourcesField = (field: JsonValue): field is JsonObject =>
  isJsonObject(field) && field['type'] === RESOURCES_FIELD;

/** Vaults write an empty text for a UID that is not chosen yet. */
function readOptionalUid(resources: JsonObject, key: string): string | undefined {
  const uid = readOptionalString(resources, key, RESOURCES_FIELD);
  if (uid === undefined || uid === '') return undefined;
  assertUid(uid, `${RESOURCES_FIELD}.${key}`);
  return uid;
}

function asUid(value: JsonValue): string {
  if (typeof value !== 'string') {
    throw new VaultwireError('field-invalid', `${RESOURCES_FIELD}.resourceRef: expected UIDs`);
  }
  assertUid(value, `${RESOURCES_FIELD}.resourceRef`);
  return value;
}
