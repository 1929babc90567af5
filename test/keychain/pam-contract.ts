import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/suite.js';
import { generateRecordKey } from '../../src/keychain/keys.js';
import { isPamConfigurationType, makePamConfiguration, readPamConfiguration } from '../../src/keychain/pam.js';
import { generateUid } from '../../src/keychain/uid.js';
import type { JsonObject, JsonValue } from '../../src/wire/json.js';
import { codeOf } from './account/support.js';

const GATEWAY = 'AAAAAAAAAAAAAAAAAAAAAA';
const FOLDER = 'AQAAAAAAAAAAAAAAAAAAAA';
const MACHINE = 'AgAAAAAAAAAAAAAAAAAAAA';

export function describePam(suite: CryptoSuite): void {
  describe(`PAM configurations over ${suite.name}`, () => {
    const resources = { controllerUid: GATEWAY, folderUid: FOLDER, resourceRef: [MACHINE] };
    const record = (changes: { type?: JsonValue; value?: JsonValue; fields?: JsonValue } = {}): JsonObject => ({
      type: changes.type ?? 'pamAwsConfiguration',
      title: 'Production',
      fields: changes.fields ?? [
        { type: 'text', label: 'awsId', value: ['prod'] },
        { type: 'pamResources', value: changes.value ?? [resources] },
      ],
      custom: [],
    });

    it('are sealed as a record, opened, and name the gateway', async () => {
      const key = await generateRecordKey({ suite });
      const data = makePamConfiguration({
        type: 'pamNetworkConfiguration',
        title: 'Data center',
        gatewayUid: GATEWAY,
        folderUid: FOLDER,
        resourceUids: [MACHINE],
        fields: [{ type: 'text', label: 'networkId', value: ['dc1'] }],
      });
      const opened = readPamConfiguration(await key.openData(await key.sealData(data)));
      expect(opened).toEqual({
        type: 'pamNetworkConfiguration',
        title: 'Data center',
        gatewayUid: GATEWAY,
        folderUid: FOLDER,
        resourceUids: [MACHINE],
      });
    });

    it('keep nothing of the caller that can change afterwards', () => {
      const resourceUids = [MACHINE];
      const data = makePamConfiguration({ type: 'pamNetworkConfiguration', title: '', resourceUids });
      resourceUids.push('no uid');
      expect(readPamConfiguration(data).resourceUids).toEqual([MACHINE]);
    });

    it('are read as others write them', () => {
      expect(readPamConfiguration(record()).gatewayUid).toBe(GATEWAY);
      const bare = readPamConfiguration(record({ value: [{ controllerUid: '', folderUid: null }] }));
      expect(bare).toMatchObject({ gatewayUid: undefined, folderUid: undefined, resourceUids: [] });
    });

    it('have a type of their own', () => {
      for (const type of ['pamAwsConfiguration', 'pamAzureConfiguration', 'pamNetworkConfiguration']) {
        expect(isPamConfigurationType(type)).toBe(true);
      }
      for (const type of ['login', 'pamMachine', 'pamConfiguration', 'xpamAwsConfiguration', 'pamAwsConfigurationX']) {
        expect(isPamConfigurationType(type)).toBe(false);
      }
    });

    it.each<[string, string, JsonObject]>([
      ['another type', 'field-invalid', record({ type: 'login' })],
      ['no type', 'field-missing', { fields: [] }],
      ['no resources', 'field-missing', record({ fields: [] })],
      [
        'two resources',
        'field-invalid',
        record({
          fields: [
            { type: 'pamResources', value: [resources] },
            { type: 'pamResources', value: [{ ...resources, controllerUid: FOLDER }] },
          ],
        }),
      ],
      ['two values', 'field-invalid', record({ value: [resources, resources] })],
      ['no value', 'field-invalid', record({ value: [] })],
      ['a text for a value', 'field-invalid', record({ value: [GATEWAY] })],
      ['a value that is no array', 'field-invalid', record({ value: resources })],
      ['a gateway that is no UID', 'uid-invalid', record({ value: [{ ...resources, controllerUid: 'gateway' }] })],
      ['a folder that is no UID', 'uid-invalid', record({ value: [{ ...resources, folderUid: `${FOLDER}=` }] })],
      ['a gateway that is no text', 'field-invalid', record({ value: [{ ...resources, controllerUid: 5 }] })],
      ['a resource that is no UID', 'uid-invalid', record({ value: [{ ...resources, resourceRef: ['x'] }] })],
      ['a resource that is no text', 'field-invalid', record({ value: [{ ...resources, resourceRef: [{}] }] })],
    ])('refuse %s', async (_name, code, data) => {
      expect(await codeOf(() => readPamConfiguration(data))).toBe(code);
    });

    it('are not made of what would not be read', async () => {
      const make = (changes: object) =>
        codeOf(() => makePamConfiguration({ type: 'pamAwsConfiguration', title: '', ...changes }));
      expect(await make({ type: 'login' })).toBe('field-invalid');
      expect(await make({ gatewayUid: 'gateway' })).toBe('uid-invalid');
      expect(await make({ resourceUids: ['x'] })).toBe('uid-invalid');
      expect(await make({ fields: [{ type: 'pamResources', value: [resources] }] })).toBe('field-invalid');
    });

    it('come back as they were made', () => {
      const uid = fc.constant(0).map(() => generateUid({ suite }));
      fc.assert(
        fc.property(
          fc.string(),
          fc.option(uid, { nil: undefined }),
          fc.array(uid, { maxLength: 5 }),
          (title, gatewayUid, resourceUids) => {
            const init = { type: 'pamAwsConfiguration', title, gatewayUid, folderUid: undefined, resourceUids };
            expect(readPamConfiguration(makePamConfiguration(init))).toEqual(init);
          },
        ),
      );
    });
  });
}
