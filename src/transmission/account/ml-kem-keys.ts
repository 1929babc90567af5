import { importMlKemPublicKey, type MlKemParameterSet, type MlKemPublicKey } from '../../ecies/ml-kem-key.js';
import { decodeBase64 } from '../../wire/base64.js';
import { VaultwireError } from '../../wire/error.js';

/** A server's ML-KEM public key with the id that requests name it by. */
export interface MlKemServerKey {
  readonly id: number;
  readonly publicKey: MlKemPublicKey;
}

/**
 * The ML-KEM keys that a client is willing to seal to, beside the EC keys of `ServerKeys`. The published ones come from
 * {@link publishedMlKemKeys}, an installation's own from {@link customMlKemKey}.
 */
export interface MlKemServerKeys {
  /** Whether the key was pinned by the caller. Beside a pinned key none is changed or given up on a server's hint. */
  readonly custom: boolean;
  /** The id that a new client starts with. */
  readonly defaultId: number;
  /** Whether there is a key of this id. */
  has(id: number): boolean;
  /** @throws VaultwireError `server-key-unknown` when there is no key of this id */
  get(id: number): MlKemServerKey;
}

/** The published ML-KEM server keys: 100 (768), 107, 124 and 136 (1024). The newest is the default. */
export function publishedMlKemKeys(): MlKemServerKeys {
  const imported = new Map<number, MlKemServerKey>();
  return {
    custom: false,
    defaultId: DEFAULT_ID,
    has: (id) => PUBLISHED_KEYS.has(id),
    get(id) {
      const known = imported.get(id);
      if (known) return known;
      const published = PUBLISHED_KEYS.get(id);
      if (!published) throw unknown(id);
      const [parameterSet, text] = published;
      const publicKey = importMlKemPublicKey(parameterSet, decodeBase64(text, 'published ML-KEM key'));
      const key = { id, publicKey };
      imported.set(id, key);
      return key;
    },
  };
}

/**
 * One ML-KEM key that the caller pins, with its id.
 *
 * @throws VaultwireError `argument-invalid` for an id that is no positive whole number
 */
export function customMlKemKey(key: MlKemServerKey): MlKemServerKeys {
  const { id, publicKey } = key;
  if (!Number.isSafeInteger(id) || id < 1) {
    throw new VaultwireError('argument-invalid', 'ML-KEM key id: expected a positive whole number');
  }
  return {
    custom: true,
    defaultId: id,
    has: (asked) => asked === id,
    get(asked) {
      if (asked !== id) throw unknown(asked);
      return { id, publicKey };
    },
  };
}

const unknown = (id: number): VaultwireError =>
  new VaultwireError('server-key-unknown', `ML-KEM server key: no key of id ${id}`);

const DEFAULT_ID = 136;

/** Encapsulation keys in base64url by their ids (wire note: server keys). */
const PUBLISHED_KEYS: ReadonlyMap<number, readonly [MlKemParameterSet, string]> = /* @__PURE__ */ new Map<
  number,
  readonly [MlKemParameterSet, string]
>([
  [
    100,
    [
      'ML-KEM-768',
      'ptAEoVGStDoCA3eimGdCoYMkqBQ_HjNttdG2nQgcm6Q28ZgdG7So9umXNqAS0FkUQMGyeoLMnJgJPDBGg5Q2LswhEcA2UWR9uTFfsqSohUYBN1hSxKeSvowlIUa4rQMAG-a7BOZB7AA9JSFcMeoxMglMGZGuRpZtHAWZNCK0repSq1u2rOZapUgGPkSARejDfTBQiwOUv4lyD3O2jSdPzNOlz6GsdKcwGSGdDpgGtWQ9tulbsmcHJRZxY6xiusMEmpkIsySoT_ME3eBPzgxUCyqEYXycKBBviFKE-tUiOlBCEXOkemQYL2xbb0wta1lSYBO6LHE-CmIgtXU63GwjL1OaXAzFSZWglNZjBrsXObQCN1R_8eigCQCqnig0GhG5FDxN0TRyMqskOGY3MAm1dOJQ96RIWzl8KUYaa9MZLNlzqkSKjYZ0lWplLORblKkMQXGmHASWwbmZ3JY2LLVxhQZ8gSCE3miWDNgM6YNi4BED5ucLD7FzdAg3KeM5QyK41CC5wmU-Rck0LAkt3wNPD8p1GhgSS9Njk8E_Z5uk4gyhgiWMcgMJgEMnSKyh5SGqhAuDfSDIdusPGrKMFJJtaUtllcpmPAYHBLqILbljsxqwR1IB1-oqpUlmt7rA0lYO2iNXyLEZpZJhdEho-SQ62FlfiJmAEnewBNqKSXNjawUdFEjN0dFDdLAbBelIHwiKz7A1E6y-kBnHVmqxizk-gwG5UzaGU5VFktRKgJVU5irHtNUA3RVvubqgNkK4FWOzq_kOMXxyAHvMrpGhZtcjxOoZPQZZiwQI79d4qIGPaXm42rFE6RKAIdWvZzptIzMqNucQ8Xgf_fiiLzxCxOGyfQbIqMmOUeSCOfeD8XybCCRR1QLEzfbNR2t-_wgwX1xAIoW1cHI_sQcJb3prH1MUKoygXVpGTDYndjJj1VMhuLw0LDoOrRedT5dBfyhJNFINRWmDRHYDqrnGTsIkIsQBo2emcBYD5GJ1c3hF6lwpKeYi8aOUVpYXq4quHlyHmcKMW7IGpkMEuPZtLEQoBsJfb2wVHvCtmXZUKGO1KZc7VZhpJEOixSkBNZqqkBG1c0dfrpBV8caPFBwyPPUIwFkIifq9E8mPiRqb-AsA7hq8oQR3IMeVD0FEoAyMrMKj6uK68kp0i0WVLtqooSJ6olSLZQq0fzekjUhQIIzIcOh0wfSSzrtORSW_i5lHL6t3IkGJyKKSrgItk0gCJ7aS02woQBAbhLVCTjF7ccwaUehRaGeKSIUJWsy3x3N1zZOjPLtnRwNF39jKThV3IFO2e_gvi-YCLRsRvQAt94ok4XIZcZZg6HE93LKhNGoimkgUlvsYppF06Ey_qbW0bAu34cStM-wzROKReEqOlmaDmIl0j1p0DoutrySZY5MaX4ZOIzcS-xwakSoEOdQu_4g2W8KAcjtG37O3y4mz_6q9YrCQOKt0yfFXjkSvP0yPHymX1jxOp3iNHHM3oyygGLZqviSVwyTJPwBSiWErgCSEMpatXQdeupHPU9dXObkJEvN17oqmPk5iLeu8orx8Xv9GEjIvTvD0Trcy5saV2lCDkia48BM',
    ],
  ],
  [
    107,
    [
      'ML-KEM-1024',
      'rsSl4OfJIffO0Fxp6oBgGqJtniM8eyhi5lwlOiVZnwGrn_qnTch5fXbJwpAbnvoIa6VS00MeNShBvDo6bNIR2RRuq4lkgHUXNfap79l8JDi6xllfVLKRn5psVrGqXkybxjJH9UNQWJKr5TurXRnG9Wll0xXCC6ppHNszZ3e7D_xt5kFO2NS5PVl83uNp-Qp7iRAzcEtizvB55pkrAbyGkAALlCqsOSMPWXI544ult8EVCgU1CRk8vMsNSmNG8mO3FcCg0rmA7ljNdSQPQjQ231NJqDeRdlUAZclK8gks3WKF0CIsbVmbTZICFesd42Cw9CbHusZUjKoyVIDPVowFmHg72kcmPovBwMuesGg3coAj_NoFAlSyiXsvgPNMDciND-Z7OiRpK-eG6RGyUvhcdlw6k5FzjfNab5Zix9hHkoZhkyG-h9exzTxxgdeu6AMLEKl2QHtXpqle4zelOSiOtkgC8BRyPfjD5PBwrJsduwoXf0KljDXP0ceAmPbMaSMabeMj3CJY8OuHZOIxzQF2J8xEnAC9wuOD2ElNcVyOQ6lyFCueXfofHce_gMAIZpABZVZDxsB2jLBW1VF1yksRb1MAjPYBHFV7YJhHyiMI34VRbPo1o3lq9vk-4rwPwYUWDWQePDUkiYuxQTs36WwXVAtY-XOF9HMnkRjK25sqV_uwzbAIHAyf8SomVHUX7AtjyMYu52d33kkHhiA7ofqXjwBK69odR8Ckzam-egKkuUWlkPJeDXyR_AhpYhAqbzqgQHw7QhpEayBIS9xRcCixONLGkKtn8xIs-6HKhPCjTEDEN_IjVxM-HEY_rHpY_wSWibtNPEPAgAEtZSQIWyjJyPMRYTEgJZEBUUk1hiuNi_FFiNM71wkJldxngipdWYd9KFt5shExO4CAzxtd3MOTrHQEBuXNz6GL50diBJuioRR5QhgCddNejAcet8Ul0duAXuCyI2QDZnCQf0RO97Z9alwYllbA67EZMScBq6s81lAqqXWPJNNWQbQEVzidmdW28ZIbaOaPLOUuIqYJv_J60XuLLcYP4hrMBANqtwAb_HNlXGaW06vJT7wasEMzhDKVNSpFs4VYSMk1tIR6wjspGYJRGGE7hpiaDCPKOQRe24Y2HPJEBmNGWmMjREKpZYKg2nsV9nWvDVShKol1JpZM2kI9AEQPIIo9ZiHBleh_OnynWcCVAdl9ZsOkpOtMFPZap8gooqqMt2FO-gofSpGkFkNs41a5gxGeqRETiBsoa-ZNyqq2wJm77qJqSvC54oGOjFE_mfJBH0I4Fahy6Kkm-zKrJEAuehaVTXVHamgJeSkfLemt3WVlgPwZjNJMh5FsM8W8rclE78yI2WYpY9i0RhOJkNViBGcn5EovgERJPEsLO7SBviJwetmUQyUVbOAyX4ag_cBJ2fmUkwVQuhV6PdsnTqFfV2dM2ptbQgcopypvHyggh1vFooMYDIUCZ7qfBZYx7ZclV0woecJGjiK9mKgTlumnHtkx1zCETtNubQaDANkpAlZkKuS42WczUDEzpye8OpeYgaF6NIolqNFs_plgZVhg9_ZBEIZcnNGd1sgbg3it_Rk7EZXJDHB_6cWoS8VW1Wcq72FBpFDOWDiiCapw0QknC9pfB_gV7zm6nJpzFRcInIqGuNNJdMcCbmPAV0cKBxGR7PfKS4KCLoTCGctS3fKpE-Q-ZJBNwWRwB-cogesufQdr1oKJ3xXJtzGcoMK2n9OSAAStt3A_V-YvkVVzb0Z32HMG79NgAAeCG9xXkidVLIpzLuhg4AQRVzpXf8gry6qBZUppbPCriSSBr-vDlJIHh6gu7-y1cLi2zHinriOoElMK3fWI1JO7HUItxLCHrkzJt4R2N9nOD8gDqIK16-OG9SssQNlex5e0MVkbAA0BR1mn7MSTBvevw2VcsTJoIxXEIjS87fRvuadwrKqw3nKFOPSCZzgC7XFtzxIpazSCGWi_5RSDWnSXGLJvNcKhcvgfpgk4jSoEdDIJ30FUDFzHkusUnfVAbTnCIWCYDKWyk7G8bsRcVZwNxwKJ7G2Mz4a3yrkYuxaFmGJX5EdCEM4EWceF5rVW3ZQuvzo',
    ],
  ],
  [
    124,
    [
      'ML-KEM-1024',
      'oOWRIAhfmuFV0WiH3QxnN1O81VqlUdPOXJqxIXpKFKFxZoJfKuGSPRZDzbhFYuwQccNswyJlvMZ0C5GuPfwoGWyPt2FOOKcoM8rASDpr1liu5nRmiBLFKTxMG6qccITD4XZyx6kb8KZZNnyu1euSQGE7dVl-DIM1ySi5MKNRJgWr3GpbhJA0oJxntxp_WWldAnqEq2tukWoKici34YEIhnQeXnBtekVAM0U7j7FzHEa5BaKdbIpP74VAS7ScsSMcRoloQWSsg5eIOPcAT7ZcycUhtbii7om6NQESEJxhUdjMWTTFiUGEoRBgtJYY59wkx0IvQbqUT8qSk0Ik3fasfjIRQehWeKk670KfFBswHRqgrNqY37wCUPOuDTKj4mnOq5gkQSiu55GvYzpUV4m4YJMxRPgp-RzPYwkbvKtZIKgMsLOeR0aGCTApdUAn3FoxQNxgLUqQW-aMNyUtHIsw9ZwXxnQAmEkif5UNiGDDfgScmkhKHKtC00FtRwNFRmaZuLUwqrly4DKnzfwJOJjPADCDSpoelwxQI7JE1yMZ9_UWxwSAk5AgFANXCfubrsl7J7ihFaywx-UhWGUX24xByXHAsGW_hPAROPV-r9lBYktaFkBfZmojijRCO6d0oEVzofJpkQMjZmVEzyZoiFw1mJMXppoSWVB_lEK_LpisWaUmT1JztoANlLZcb5fBktpihMNA7NHB_ioKdDWGNxa0miutZqhWDPOs87gOv8Nu70RdFxoUGnCMgAQwrHErebVdZKCGOxd8fYOrGeoH0kWC9mA7-8GKQqdsmOUtVcyQToCrsPkXBvjKhvqwfMirsjk70uiZ6QABdBy7j9svCyiyjaVHJYiSfRJDqNB47PyVskhH3WsnPqhfKcQroTI6pTnCYdJeJHgqKCp2ICeWZYKbRbeKQOI__DmYp2C1AB1PB7nFD1AVuvnGnOeLaRaE72h1dNyVQIFyzIOw8WY24-B_g1JXUmyaiQU4zvooGJlCrmm6n_MN36u0R2cwWwp9FjQ8bWMYCtqbSXtwtqQrM0PIKHxteUqqS6kWmjmy7_hPUwYbYiEszGKYI3fFD6HLutim8PISh6yDlflwzhaZO4KjewYc0TdKpsetmPF9AsBTlBciPylO66k9iEnCwIBgHSqtDraUUNVRbNaUz_VSixV_uEI8ZvoBzhExWwvH1hxC0yRdKskZ9GdiUzle-iAR4YBQ0oiXP8uDFCjF7qg__kHAOPtWBjKjN3tXwCmwJntwxURxbNAFqaGScqJSwGkQlGHOW_FLlRkZOgN_ztpDyKx4Trq4SgOd-KFiAee0GgpG9Qoq0_fHYJi6XsKdLiXMd5ZTUAWokCk4VoZeJYNY75Z4bkZFEgnCc5OjFvJmKwNzWvu5_ed5QoiLxeAWdpsyoGTKxruJR9VHCqMWkZieTnt-tQGNXqcy2Zqc2nBz8muk1gjNl6t2cZOvnACaW4nNxhYlTKHN49zDLPYmVzQU7YAEdLU-tIxv_IGOG9ulKhRdoYCrNgOInQVp7zJUSVIVDoK9jmxxrutMyyl0xbesB8lYeAO7f5DCuOF5Skq4KDHMY2GAo2zLIHJi4lR7mTirKgClyBUUBLZJAQSeArinnyRGy2Y9aBucHbdqvnqqjBgFXnFDZLaseDu0bMAGsVNLqHMUfaCq5nhHUDIe-pBaMuGmq9pMbMp1kNQj8ReJVEqBLAi2ZcR1QeK8zuyw98JF4cLAvZJ93PNZmdO87UmpBUJL72SXmKUJlzZtF2lma1QajwYCOTlyQcNP3ckd3Kit0VifCPVxJaqjxCDLnhiaQCALLFZnA7UuH8FEWeJZdpyxYEOqzOwA1Qq7JjYYdWJ-oUSfDGl6dgPFpIkVt2h37FFDz4hOCzM-SIgqlEqoA6rGDCAWrvSviveslAVUR2iDilKylpKiU_K2j2hKFnZ7B0Qv-rF-uUEHG-ZYzoOmkImArdeav1i7U-S4DZSuENJnO4NiwKlyxcAfrcd_GYIGolWa5pDPIctVwjqbUthGxzukiGku76sufqu2fRdPauLLuMdTnf6vXN0TRo-RPbf8GrijSi9UN-52OU7E7C7qUJLExlg',
    ],
  ],
  [
    136,
    [
      'ML-KEM-1024',
      'F9FKL1aEqbMMsaSH-Ig3EOa1rJUdL1vPAXE3wcFSpbw8yUgI3NWbScM_S3ho3EQVxduSjTBWfpcbsVtkx6c5QauUYVx3rtx5bggMr-V_KSTC5RgYpkIZwHSSoxoO-PVamOWpnGKbNAsVsmQWc8Wi8JMQHDFn7uw5pVMZWEq5uNJRLAKvqlVo4Ux1dTSIaQgsBfLNvYZO9qFpc7XClaU-NhfHecNm3hEHQgmlixxs0HbOQqmi90YrCZwS3mkjFgvANauTmhTFiuWbgoUb3EWhausazlQ3A5tmjyRRm8ISniVrCmOrbEy-92qe2zasEyzL4mpdWUNjzCQC6qrKc4KfyHaJhwdaqocYp1VmwEmSrmdv5vKpHoSGcAZECMOFQVENuuEXlcsG7kYEOnEn0llllgOTbZwNsrIpVjHAKGJIaOCjxOsc46dB1XozHQuZs_QjZRpKEPsJJjcN3YVwglaDuLB3XgditEJJ1okrWYgC4ehHqkKYaSSoT_BTh6e8jqesYpF5SOjGMtAS0piZG_zGXxgYuCaZUUptaKi2FdyftfgCJEtLF9nFrNI_GOosDcydBBW2Z0sRf1aUDjI3nJKvMNokITQ77nRHj8yjoeEhDAZ6etm-jTDCROHIePoojgOwpRiTJRxeARy9m9i2BWGZuoq93eVxzuMv9nbFT5Nkpxwo1YnK0qAhp6ArkLShXIMy7dkLQRUVtVqKgPl2lyVwqiWSazM_t2KmAyY9LYJ9xCIxVNJUCvNrZzELrIsJdRRq9Cd0KBhuEmxUwGDD01qNzVOclgwnyQDMmTNHtnS46icX1AlDwkq3V3a1xDhF14SMwVZLHkixjyowVGKFoEswd6Ux2GAa5OV-8JODWVGxhIgtVspZklautfGMlXRl9sh8UiC63dyorsPHp8QrK7uBp2ZAhkmQDFIrrQydUhYkgUtEA3A9xhodaOa9XyZ6GVXFEDB1Q3iti2BkoaBZcLId8MSgjahOUzq4YYMT0mwP-orEkgujv2BhSmsuFkCuumksSxUOzpia96lsfpbN--utsiIhmqgm9rM9NAcj5mMbCwcuuYBbaPhW8QjAhYt_2uC53cEK4BUxgwUN-yCfMqGZw7WlIlemuUR5zMAksTyWPsq8esdfHnW_Q-Wh8shTOJQRDzkvo4KVBjIKoPJPOwKmo_Uv00gIiwB59imnQhEm7MYyW5sudNkDlwRjs_ehtYVTgiVyiBRKH3rKVmJQXSAbkVVuadyMZLQy6SkWvbmpekUzwgCEdYZjs3Mg6vXBiIGZ6Ym-K7Zsr7CzbmCWrcZblifFrOEIEagV7hGbyeFmIpZ-tVwVEjgpTPLAbqxfbtyHNuuK2RxN5NMLw7VxzJJTOTwvddk9OTNJk2Q5bMZJd-g258aOU-qmDaBIyYaPuHpS_3kjg0s8ZXG0w8MOZGN2-eaq8bWR3TbFd-ujsjR2sSkYVeYGcSJ6XvtF7UtXL7CfE2ujRMd8k_lW6tbDZ4uA17Bv2XVmo1cWENYiy2V5CXJk4Um9qRathlxRtjsifPaskYx26TC2yFlYNcJ-7CwKwXRvg4UWMSY2ngN53RUJigoQ82li5jsf3XtQwBIt58Qy6xlTzDST1scfTOuyc_AwiLgKECOCYxSTimiq4qOvszBJp_AAHGNHdXsgoxiTlkNDL6QIL-pIDcu374okz6m5e4t28wwWiDWPhWu1wAFmp0tsK8M-d-Z4UVY8FmYHrYgYNnA7i1jHUiwYijhGlyV3KUiWhqOxiGfN4LYRcJKi0vmlUox977F3yqR9BMMayIduHzirsCS6SqCcW3dZskUbk9jKLLBr8_IdmuaoZFNGnmUAQucOsHca6qpM3np-kVkI_Dl8ohAGcOOlDWhTr-CGaXcd3xJ63QQGMLYRFJirkUMP26qu6hqbhkuZXiO712laX4ybdUdmxde2GkmDnLyzhYOQSSUiMmDDYgmjbUc3GCcVrCRHmsbJTykq6neQB_Kj1lOFlAate4RDU_LGXyWxpImuQpHCqMazJpWCo-GauACBSBhFDucovzKbXjeds6Zpq3lBK_T9EaPvGASD6FO23qv-HxUEyHgnW-VkHhVirk4',
    ],
  ],
]);
