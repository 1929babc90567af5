import type { ReadableStream } from 'node:stream/web';
import { getConnInfo } from '@hono/node-server/conninfo';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { HTTPException } from 'hono/http-exception';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import { DEVICE_COMMANDS, type DeviceCommand } from 'vaultwire/transmission';
import { isAccountPath, type AccountService } from './account-service.js';
import type { DeviceService, OutgoingAnswer } from './device-service.js';
import { UPLOADED, type Files } from './files.js';
import { internalError, refusalOf, unknownPath, type Refusal } from './refusal.js';

export interface HttpOptions {
  /** The origins that browsers may call from; `*` for any. Cookies and other credentials are never asked for. */
  readonly origins: '*' | readonly string[];
  /** Largest body of a command in bytes. */
  readonly maximumRequestBytes: number;
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** The paths of the backend: commands of devices, requests of accounts, the contents of files, and a greeting. */
export function createHttpApplication(
  service: DeviceService,
  accounts: AccountService,
  files: Files,
  options: HttpOptions,
): Hono {
  const { origins, maximumRequestBytes, onInternalError } = options;
  const application = new Hono();

  application.use(
    cors({
      origin: origins === '*' ? '*' : [...origins],
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['PublicKeyId', 'TransmissionKey', 'Authorization', 'Content-Type'],
      exposeHeaders: ['Retry-After'],
      maxAge: 600,
    }),
  );

  const limitBody = bodyLimit({
    maxSize: maximumRequestBytes,
    onError: (context) =>
      send(
        context,
        refusalOf(new VaultwireError('message-too-long', `body: expected at most ${maximumRequestBytes} bytes`)),
      ),
  });

  application.post('/api/rest/sm/v1/:command', limitBody, async (context) => {
    const command = context.req.param('command');
    if (!isDeviceCommand(command)) return send(context, unknownPath(404));
    return respond(
      await service.handle({
        command,
        headers: context.req.raw.headers,
        body: new Uint8Array(await context.req.arrayBuffer()),
        address: addressOf(context),
        origin: new URL(context.req.url).origin,
      }),
    );
  });
  application.all('/api/rest/sm/v1/:command', (context) => send(context, unknownPath(405)));

  application.post('/api/rest/:path{.+}', limitBody, async (context) => {
    const path = context.req.param('path');
    if (!isAccountPath(path)) return send(context, unknownPath(404));
    const body = new Uint8Array(await context.req.arrayBuffer());
    return respond(await accounts.handle({ path, body, address: addressOf(context) }));
  });
  application.all('/api/rest/:path{.+}', (context) => send(context, unknownPath(405)));

  application.post('/upload', async (context) => {
    await files.upload(context.req.raw.headers, context.req.raw.body as ReadableStream<Uint8Array> | null);
    // The official client for Node leaves this answer unread, which would keep its process up as long as the connection.
    return context.body(null, UPLOADED, { Connection: 'close' });
  });

  application.get('/files/:uid/:kind{content|thumbnail}', async (context) => {
    const { uid, kind } = context.req.param();
    const content = await files.download(
      uid,
      kind,
      context.req.query('expires') ?? '',
      context.req.query('signature') ?? '',
    );
    return new Response(new Uint8Array(content), {
      headers: { 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' },
    });
  });

  application.get('/', (context) =>
    context.text('vaultwire serve: a Secrets Manager backend for development and tests.\n'),
  );

  application.notFound((context) => send(context, unknownPath(404)));
  application.onError((error, context) => {
    if (isVaultwireError(error)) return send(context, refusalOf(error));
    if (error instanceof HTTPException) {
      return send(context, refusalOf(new VaultwireError('header-invalid', 'request: cannot be read')));
    }
    // A client that hangs up in the middle of its request is no fault of this server.
    if (!context.req.raw.signal.aborted) onInternalError?.(error);
    return send(context, internalError);
  });
  return application;
}

const respond = ({ status, headers, body }: OutgoingAnswer): Response =>
  new Response(new Uint8Array(body), { status, headers });

const send = (context: Context, { status, body }: Refusal): Response => context.json(body, status);

const isDeviceCommand = (text: string): text is DeviceCommand => (DEVICE_COMMANDS as readonly string[]).includes(text);

/** The same machine has one name, whether it came over IPv4 or over IPv4 in IPv6. */
function addressOf(context: Context): string {
  return (getConnInfo(context).remote.address ?? 'unknown').replace(/^::ffff:(?=[\d.]+$)/i, '');
}
