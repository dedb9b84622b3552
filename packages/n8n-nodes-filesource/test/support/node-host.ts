import type { IConnections, ICredentialDataDecryptedObject, IDataObject, IExecuteFunctions, INode, INodeExecutionData, INodeType, IPollFunctions, Logger } from 'n8n-workflow';
import { binaryStore, httpRequest, type BinaryStore, type Stored } from './n8n-helpers.ts';

type Parameter = IDataObject[string] | ((itemIndex: number) => IDataObject[string]);

export interface HostOptions {
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** By the type of the credential. */
  readonly credentials?: Readonly<Record<string, ICredentialDataDecryptedObject>>;
  readonly items?: number;
  readonly continueOnFail?: boolean;
  readonly type?: string;
  readonly connections?: IConnections;
  readonly mode?: 'trigger' | 'manual';
  readonly onFirstChunk?: () => void;
  /** Default: {@link binaryStore}. */
  readonly store?: BinaryStore;
}

/** The output Waiting of a node named FileSource, wired to its own input. */
export const waitingLoop: IConnections = { FileSource: { main: [[{ node: 'FileSource', type: 'main', index: 0 }], []] } };

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** What n8n 1.123 gives a node that it runs, and what it does when the node has put the execution to wait. */
export class NodeHost {
  readonly options: HostOptions;
  readonly stop = new AbortController();
  readonly waits: Date[] = [];
  readonly logged: unknown[] = [];
  /** Exchanges that n8n's helper was asked for, and how many of them have no answer yet. */
  /** `most` of them were unanswered at once. */
  readonly exchanges = { asked: 0, unanswered: 0, most: 0 };
  staticData: IDataObject = {};
  #nodeContext: IDataObject = {};
  #waitTill: Date | undefined;

  constructor(options: HostOptions) {
    this.options = options;
  }

  get node(): INode {
    const { type = 'n8n-nodes-filesource.fileSource', parameters } = this.options;
    return { id: '1', name: 'FileSource', type, typeVersion: 1, position: [0, 0], parameters: parameters as INode['parameters'] };
  }

  /** One run of a node, without going on after a wait. */
  async run(node: INodeType): Promise<INodeExecutionData[][]> {
    this.#waitTill = undefined;
    const output = await node.execute?.call(this.#executeFunctions());
    if (!Array.isArray(output)) throw new Error('the node gave nothing');
    // With the execution, context and output are stored as JSON.
    this.#nodeContext = JSON.parse(JSON.stringify(this.#nodeContext)) as IDataObject;
    return JSON.parse(JSON.stringify(output)) as INodeExecutionData[][];
  }

  /**
   * Runs a node until it has not waited: after a wait n8n drops the node's output and passes its input on to the first output, which leads
   * back here. `between` stands for the time that passes.
   */
  async runToEnd(node: INodeType, between: () => Promise<void>): Promise<INodeExecutionData[][]> {
    for (;;) {
      const output = await this.run(node);
      if (this.#waitTill === undefined) return output;
      await between();
    }
  }

  poll(node: INodeType): Promise<INodeExecutionData[][] | null> {
    const poll = node.poll?.call(this.#shared() as unknown as IPollFunctions);
    if (poll === undefined) throw new Error('this is no trigger that polls');
    return poll;
  }

  readonly #httpRequest: typeof httpRequest = async (options) => {
    this.exchanges.asked += 1;
    this.exchanges.unanswered += 1;
    this.exchanges.most = Math.max(this.exchanges.most, this.exchanges.unanswered);
    try {
      return await httpRequest(options);
    } finally {
      this.exchanges.unanswered -= 1;
    }
  };

  #executeFunctions(): IExecuteFunctions {
    const { items = 1, continueOnFail = false, connections = waitingLoop } = this.options;
    const input = Array.from({ length: items }, (_, index): INodeExecutionData => ({ json: { index } }));
    return {
      ...this.#shared(),
      workflow: { connectionsBySourceNode: connections },
      getInputData: () => input,
      continueOnFail: () => continueOnFail,
      getContext: () => this.#nodeContext,
      getExecutionCancelSignal: () => this.stop.signal,
      putExecutionToWait: async (waitTill: Date) => {
        this.#waitTill = waitTill;
        this.waits.push(waitTill);
      },
    } as unknown as IExecuteFunctions;
  }

  #shared(): object {
    const { parameters, credentials = {}, mode = 'trigger', onFirstChunk, store = binaryStore(onFirstChunk) } = this.options;
    // The two kinds of context have the item at different places.
    const value = (name: string, itemIndex: unknown, fallback: unknown): unknown => {
      const given = parameters[name];
      if (given === undefined && fallback === undefined) throw new Error(`Could not get parameter "${name}"`);
      return typeof given === 'function' ? given(Number(itemIndex)) : (given ?? fallback);
    };
    return {
      logger: silent,
      helpers: { httpRequest: this.#httpRequest, prepareBinaryData: store },
      getNode: () => this.node,
      getMode: () => mode,
      getWorkflowStaticData: () => this.staticData,
      getNodeParameter: (name: string, second?: unknown, third?: unknown) => (typeof second === 'number' && third === undefined && parameters[name] === undefined ? value(name, 0, second) : value(name, second, third)),
      getCredentials: async (type: string) => {
        const found = credentials[type];
        if (found === undefined) throw new Error('Node does not have any credentials set');
        return found;
      },
    };
  }
}

/** The binary of an item as {@link binaryStore} took it. */
export function storedOf(item: INodeExecutionData | undefined, property = 'data'): Stored {
  const stored = item?.binary?.[property];
  if (stored === undefined) throw new Error('the item has no binary');
  return stored as Stored;
}
