import { Agent, fetch as undiciFetch, FormData as UndiciFormData, type RequestInit as UndiciRequestInit } from 'undici';

/**
 * A fetch that trusts one certificate beside nothing else: for devices that talk to a server of {@link startServer}.
 * Certificate and host name are checked as always, which a switch that turns checking off would not do.
 *
 * @param certificate PEM, such as `RunningServer.certificate`
 */
export function trustingFetch(certificate: string): typeof fetch {
  const dispatcher = new Agent({ connect: { ca: certificate } });
  const trusting = (url: string | URL, init: RequestInit = {}): Promise<unknown> => {
    const body = init.body instanceof FormData ? adopt(init.body) : init.body;
    return undiciFetch(url, { ...init, body, dispatcher } as UndiciRequestInit);
  };
  return trusting as typeof fetch;
}

/** undici knows the forms of its own making only, not those of the copy inside Node. */
function adopt(form: FormData): UndiciFormData {
  const adopted = new UndiciFormData();
  for (const [name, value] of form) {
    if (typeof value === 'string') adopted.append(name, value);
    else adopted.append(name, value, value.name);
  }
  return adopted;
}
