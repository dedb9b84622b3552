import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { FileSourceError, formatRef, type ErrorKind, type FileSource, type Ref } from '@filesource/core';
import type { ConformanceCase } from './conformance-case.ts';
import type { ControlName, Controls, ExpectedCapabilities, Harness, SourceSettings } from './harness.ts';
import type { KnownFile, OptionalPlace, World } from './world.ts';

/** Where an error must say that it happened. */
export interface Place {
  readonly operation?: string;
  readonly ref?: Ref;
}

/** What a case works on: a source of its own over the harness's backend. */
export class Stage {
  readonly harness: Harness;
  readonly expected: ExpectedCapabilities;
  readonly world: World;
  readonly source: FileSource;
  readonly #opened: FileSource[];

  constructor(harness: Harness, expected: ExpectedCapabilities, source: FileSource) {
    this.harness = harness;
    this.expected = expected;
    this.world = harness.world;
    this.source = source;
    this.#opened = [source];
  }

  /** Another source over the same backend; closed with the stage. */
  async anotherSource(settings: SourceSettings = {}): Promise<FileSource> {
    const source = await this.harness.createSource(settings);
    this.#opened.push(source);
    return source;
  }

  async sourceWithWrongCredentials(): Promise<FileSource> {
    const source = await this.control('createSourceWithWrongCredentials')();
    this.#opened.push(source);
    return source;
  }

  /** A control that the case has named among its needs. */
  control<Name extends ControlName>(name: Name): Controls[Name] {
    const control = this.harness.controls?.[name];
    if (control === undefined) throw new Error(`the harness has no control ${name}: give it one, or name it in "without"`);
    return control;
  }

  /** An optional part of the world that the case has named among its needs. */
  place<Name extends OptionalPlace>(name: Name): NonNullable<World[Name]> {
    const place = this.world[name];
    if (place === undefined) throw new Error(`the world of the harness has no ${name}: give it one, or name it in "without"`);
    return place;
  }

  /** The largest file of `documents`, and its address. */
  get sizeable(): KnownFile {
    return this.world.documents.files.reduce((most, file) => (file.bytes.length > most.bytes.length ? file : most));
  }

  get emptyFile(): KnownFile {
    const found = this.world.documents.files.find((file) => file.bytes.length === 0);
    assert(found !== undefined, 'the folder "documents" of the world needs a file of no bytes');
    return found;
  }

  ref(ref: Ref): string {
    return formatRef(this.source.name, ref);
  }

  /**
   * The error that `call` fails with.
   * - Fails unless it is a {@link FileSourceError} of one of these kinds that names source and provider (and the place), and holds no secret.
   */
  async fails(kinds: ErrorKind | readonly ErrorKind[], call: () => Promise<unknown>, place: Place = {}): Promise<FileSourceError> {
    let value: unknown;
    try {
      value = await call();
    } catch (error) {
      this.checkError(error, typeof kinds === 'string' ? [kinds] : kinds, place);
      return error as FileSourceError;
    }
    throw new assert.AssertionError({ message: `expected an error of kind ${String(kinds)}, and nothing failed: ${inspect(value, { depth: 1 })}` });
  }

  checkError(error: unknown, kinds: readonly ErrorKind[], place: Place = {}): void {
    assert(FileSourceError.is(error), `expected a FileSourceError of kind ${kinds.join(' or ')}, got ${inspect(error)}`);
    assert(kinds.includes(error.kind), `expected an error of kind ${kinds.join(' or ')}, got ${error.kind}: ${error.message}`);
    assert.equal(error.source, this.source.name, `the error must name its source: ${error.message}`);
    assert.equal(error.provider, this.source.provider, `the error must name its provider: ${error.message}`);
    if (place.operation !== undefined) assert.equal(error.operation, place.operation, `the error must name its operation: ${error.message}`);
    if (place.ref !== undefined) assert.equal(error.ref, this.ref(place.ref), `the error must name the ref: ${error.message}`);
    this.checkNothingLeaks(`${JSON.stringify(error)}\n${inspect(error, { depth: 10, showHidden: true })}\n${error.describe()}`);
  }

  /** Fails when a text that people may see holds a credential or the query of a link. */
  checkNothingLeaks(text: string): void {
    for (const secret of this.harness.secrets ?? []) {
      for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
        assert(!text.includes(form), `a credential can be seen in: ${text.replaceAll(form, '<the credential>').slice(0, 600)}`);
      }
    }
    const link = /https?:\/\/[^\s"'<>]*\?[^\s"'<>…]/.exec(text);
    assert(link === null, `the query of a link can be seen: ${link?.[0] ?? ''}`);
  }

  async close(): Promise<void> {
    await this.harness.calm?.();
    for (const source of this.#opened) await source.close();
  }
}

/** Runs one case by hand; throws when its sentence does not hold. */
export async function runConformanceCase(one: ConformanceCase, harness: Harness, expected: ExpectedCapabilities): Promise<void> {
  const stage = new Stage(harness, expected, await harness.createSource());
  try {
    await one.run(stage);
  } finally {
    await stage.close();
  }
}
