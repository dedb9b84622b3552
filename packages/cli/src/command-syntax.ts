import { faultHelp } from '@filesource/sandbox/faults';
import { Option, type Command } from 'commander';
import type { CliContext } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import { anyPort, conversion, fault, milliseconds, port, positiveInteger, pullWay, several } from './option-values.ts';

/** What a command does is loaded when it runs, so that help and version come at once. */
export type Act = <Args extends unknown[]>(load: () => Promise<(context: CliContext, ...args: Args) => Promise<ExitCode>>) => (...args: [...Args, Command]) => Promise<void>;

/** What adds each command to the program, by its name. */
export function commandSyntax(program: Command, act: Act): Readonly<Record<string, () => void>> {
  return {
    init: () => {
      program
        .command('init')
        .description('write a source into the config, and try its connection; asks for what the flags do not tell')
        .option('--provider <name>', 'what kind of source; for a wrong one you are told those there are')
        .option('--name <name>', 'name of the source; default: that of the provider')
        .option('--set <key=value>', "a setting; a credential as a reference only: token='${NAME}' or token=file:PATH; repeatable", several, undefined)
        .option('--yes', 'ask nothing: what is not set stays at its default, credentials become variables')
        .option('--force', 'replace a source of the same name')
        .addHelpText('after', examples('filesource init', "filesource init --yes --provider onlyoffice --name documents --set baseUrl=https://portal.example.com --set apiKey='${DOCUMENTS_API_KEY}'"))
        .addHelpText('after', 'The config is --config FILE, or filesource.yaml of this directory. What is there already stays, its comments too.')
        .action(act(async () => (await import('./commands/init.ts')).init));
    },
    doctor: () => {
      program
        .command('doctor')
        .description('check this machine, the config and every source, and say what to do about what is wrong')
        .argument('[source...]', 'only these; source:folder looks into a folder too, and opens a file of it')
        .option('--to <dir>', 'directory that files are to go to, for its free space; default: this one')
        .option('--json', 'one JSON object a line')
        .addHelpText('after', examples('filesource doctor', 'filesource doctor contacts:1237 documents:@my', "filesource doctor --json | jq 'select(.status == \"failed\")'"))
        .addHelpText('after', 'Exit status: 0 nothing failed, 1 something did.')
        .action(act(async () => (await import('./commands/doctor.ts')).doctor));
    },
    sources: () => {
      program
        .command('sources')
        .description('show the sources of the config, their providers, and what each can do')
        .option('--json', 'one JSON object a line')
        .addHelpText('after', examples('filesource sources', 'filesource sources --json | jq .capabilities'))
        .action(act(async () => (await import('./commands/sources.ts')).sources));
    },
    list: () => {
      program
        .command('list')
        .description('list a folder')
        .argument('<ref>', 'source:folder, such as contacts:1237 or documents:@my')
        .option('--json', 'one JSON object a line')
        .option('--limit <n>', 'stop after this many', positiveInteger)
        .addHelpText('after', examples('filesource list contacts:1237', 'filesource list documents:@my --json --limit 10'))
        .action(act(async () => (await import('./commands/list.ts')).list));
    },
    stat: () => {
      program
        .command('stat')
        .description('show one file or folder')
        .argument('<ref>', 'source:folder/file or source:folder')
        .option('--json', 'as one JSON object')
        .addHelpText('after', examples('filesource stat contacts:1237/1757', 'filesource stat documents:101 --json'))
        .action(act(async () => (await import('./commands/stat.ts')).stat));
    },
    get: () => {
      program
        .command('get')
        .description('download one file')
        .argument('<ref>', 'source:folder/file')
        .option('--to <file>', 'write it there, once it is whole; default: standard output')
        .option('--entry <path>', 'only this entry of a ZIP: its bytes are fetched by ranges, and not the rest')
        .option('--max-entries <n>', 'with --entry: refuse a ZIP with more entries', positiveInteger)
        .option('--max-bytes <n>', 'with --entry: refuse an entry that unpacks to more bytes', positiveInteger)
        .option('--max-ratio <n>', 'with --entry: refuse an entry that unpacks to more than so many times its size; counts from 64 MiB on', positiveInteger)
        .addHelpText('after', examples('filesource get contacts:1237/1757 --to expose.pdf', 'filesource get documents:101/104 | less', 'filesource get documents:101/9 --entry plans/ground.pdf --to ground.pdf'))
        .action(act(async () => (await import('./commands/get.ts')).get));
    },
    link: () => {
      program
        .command('link')
        .description('print a URL for somebody else')
        .argument('<ref>', 'source:folder/file, or source:folder where the vendor links folders')
        .option('--language <code>', 'language of a page, three letters such as DEU or ENG')
        .option('--json', 'as one JSON object')
        .addHelpText('after', examples('filesource link contacts:1237 --language DEU', 'filesource link documents:101/104 --json'))
        .action(act(async () => (await import('./commands/link.ts')).link));
    },
    pull: () => {
      program
        .command('pull')
        .description('download files and whole folders into a directory, and prove that they are all there')
        .argument('<ref...>', 'files and folders, of any number of sources')
        .requiredOption('--to <dir>', 'directory that they go to')
        .option('--receipt <file>', 'write the receipt there; default: only the summary is shown')
        .option('--concurrency <n>', 'files in flight at once', positiveInteger)
        .option('--by <way>', 'auto, files or archive: one by one, or in archives where the vendor makes them; default: the cheaper way', pullWay)
        .option('--dry-run', 'list only: show what would be fetched')
        .option('--explain', 'list only: show calls, bytes, time and fallbacks of the pull beforehand')
        .option('--json', 'events on standard output, one JSON object a line; the last one is the receipt')
        .addHelpText('after', examples('filesource pull contacts:1237 appointments:247 --to files --receipt receipt.json', 'filesource pull documents:@my --to files --explain'))
        .addHelpText('after', 'Files go to DIR/source/folder id/names, and appear there only when they are whole.')
        .action(act(async () => (await import('./commands/pull.ts')).pull));
    },
    archive: () => {
      withArchiveTarget(
        program
          .command('archive')
          .description('download files and folders of one source in one archive, checked against what was asked for')
          .argument('<ref...>', 'files and folders of one source'),
      )
        .option('--convert <id=ending>', 'convert a file on the way, such as 7=.pdf; repeatable', conversion, undefined)
        .option('--detach', 'start it, print its token, and end; go on with "filesource operation"')
        .option('--json', 'events on standard output, one JSON object a line; the last one is the receipt')
        .addHelpText('after', examples('filesource archive documents:101 --to contracts.zip', 'filesource archive documents:101/104 documents:101/7 --convert 7=.pdf --extract contracts', 'token=$(filesource archive documents:101 --detach)'))
        .action(act(async () => (await import('./commands/archive.ts')).archive));
    },
    operation: () => {
      const operation = program
        .command('operation')
        .description('go on with an archive that "archive --detach" started, from any process or machine with the same config')
        .addHelpText('after', examples('token=$(filesource archive documents:101 --detach)', 'filesource operation status "$token"', 'filesource operation attach "$token" --to contracts.zip'));
      operation
        .command('status')
        .description('look once how far it is')
        .argument('<token>', 'as "archive --detach" or an earlier status printed it')
        .option('--json', 'as one JSON object')
        .addHelpText('after', examples('filesource operation status "$token"', 'token=$(filesource operation status "$token" --json | jq -r .token)'))
        .addHelpText('after', 'A vendor may tell the end only once. A status that sees it prints another token: go on with that one.')
        .action(act(async () => (await import('./commands/operation.ts')).operationStatus));
      withArchiveTarget(
        operation
          .command('attach')
          .description('wait for it, fetch the archive, and check it against what was asked for')
          .argument('<token>', 'as "archive --detach" or "operation status" printed it'),
      )
        .option('--json', 'events on standard output, one JSON object a line; the last one is the receipt')
        .addHelpText('after', examples('filesource operation attach "$token" --to contracts.zip --receipt receipt.json', 'filesource operation attach "$token" --extract contracts'))
        .addHelpText('after', 'Ctrl-C ends the wait and leaves the operation alone: attach again.')
        .action(act(async () => (await import('./commands/operation.ts')).operationAttach));
      operation
        .command('cancel')
        .description('ask the vendor to stop it')
        .argument('<token>', 'as "archive --detach" or "operation status" printed it')
        .option('--json', 'as one JSON object')
        .addHelpText('after', examples('filesource operation cancel "$token"'))
        .addHelpText('after', 'Some vendors stop every operation of the user; "filesource sources" says so.')
        .action(act(async () => (await import('./commands/operation.ts')).operationCancel));
    },
    verify: () => {
      program
        .command('verify')
        .description('hold a receipt against the disk: size and SHA-256 of each file, or of the archive that was kept; asks no vendor')
        .argument('<receipt>', 'as "pull --receipt" or "archive --receipt" wrote it')
        .option('--dir <dir>', 'where the files, or the archive, are by now; default: where the receipt says')
        .option('--json', 'one JSON object a file')
        .addHelpText('after', examples('filesource verify receipt.json', 'filesource verify receipt.json --dir /mnt/backup/files'))
        .action(act(async () => (await import('./commands/verify.ts')).verify));
    },
    mcp: () => {
      program
        .command('mcp')
        .description('serve the sources to AI agents, by the Model Context Protocol')
        .option('--source <name>', 'serve only this source; repeatable', several, undefined)
        .option('--allow-write <dir>', 'let agents fetch files into this directory; default: they only read')
        .option('--http', 'over HTTP, for any number of clients; default: over standard input and output, for the client that starts it')
        .option('--port <n>', 'with --http; default: a free one', port)
        .option('--host <address>', 'with --http: listen on this address; default: 127.0.0.1')
        .option('--allow-host <name>', 'with --http: a further host name that clients call; repeatable', several, undefined)
        .option('--allow-origin <origin>', 'with --http: a web page that may call, such as https://agent.example.com; repeatable', several, undefined)
        .option('--token-env <name>', 'with --http: variable that holds the bearer token; default: a random one, shown once')
        .option('--json', 'with --http: tell address and token as one JSON object')
        .addHelpText('after', examples('filesource mcp', 'filesource mcp --source contacts --allow-write downloads', 'filesource mcp --http --port 8765 --token-env MCP_TOKEN'))
        .addHelpText('after', 'Runs until the client closes its side, or Ctrl-C, which is its regular end (status 0).')
        .action(act(async () => (await import('./commands/mcp.ts')).mcp));
    },
    serve: () => {
      program
        .command('serve')
        .description('serve the sources over HTTP, with an OpenAPI document and a page for people')
        .option('--port <n>', 'port to listen on, 0 for a free one; default: that of the config, or 8080', anyPort)
        .option('--host <host>', 'address to listen on; default: that of the config, or 127.0.0.1')
        .option('--json', 'tell the address, and the token of this run, as one JSON object')
        .addHelpText('after', examples('filesource serve', 'filesource serve --port 0 --json'))
        .addHelpText('after', 'Tokens and limits are in the section gateway: of the config; without tokens, one is made for this run.\nRuns until Ctrl-C, which is its regular end (status 0).')
        .action(act(async () => (await import('./commands/serve.ts')).serveGateway));
    },
    config: () => {
      const config = program.command('config').description('check the config, or print its JSON Schema').addHelpText('after', examples('filesource config check', 'filesource config schema > filesource.schema.json'));
      config
        .command('check')
        .description('check the config file; sends nothing')
        .option('--json', 'as one JSON object')
        .addHelpText('after', examples('filesource config check --config staging.yaml'))
        .action(act(async () => (await import('./commands/config.ts')).checkConfig));
      config
        .command('schema')
        .description('print the JSON Schema of a config file')
        .addHelpText('after', examples('filesource config schema > filesource.schema.json'))
        .action(act(async () => (await import('./commands/config.ts')).printSchema));
    },
    sandbox: () => {
      program
        .command('sandbox')
        .description('run both vendors\' servers on this machine, with demo data and a config to try')
        .option('--port <n>', 'first of the ports that are used; default: free ones', port)
        .addOption(new Option('--generation <generation>', 'of ONLYOFFICE').choices(['docspace', 'workspace']).default('docspace'))
        .addOption(new Option('--storage <storage>', 'where ONLYOFFICE keeps files: on its disc, or on another host that links redirect to').choices(['disc', 'presigned']).default('disc'))
        .option('--write-config <file>', 'write the config there')
        .option('--fault <fault>', 'let something go wrong, such as cut:at=1000,times=2,on=content; repeatable', fault, undefined)
        .option('--seed <n>', 'makes the chances of faults fall the same way each time', positiveInteger)
        .option('--latency <ms>', 'wait so long before every answer', milliseconds)
        .option('--json', 'tell addresses, config and refs as one JSON object')
        .addHelpText('after', examples('filesource sandbox --write-config sandbox.yaml', 'filesource sandbox --generation workspace --port 8300', 'filesource sandbox --fault cut:at=1000,times=2 --fault rate-limit:chance=0.2 --seed 7'))
        .addHelpText('after', () => `${faultHelp()}\n`)
        .addHelpText('after', 'Runs until Ctrl-C, which is its regular end (status 0).')
        .action(act(async () => (await import('./commands/sandbox.ts')).sandbox));
    },
  };
}

/** Where an archive goes, and how much of it is taken. */
function withArchiveTarget(command: Command): Command {
  return command
    .option('--to <file>', 'keep the archive there')
    .option('--extract <dir>', 'unpack it there instead')
    .option('--receipt <file>', 'write the receipt there')
    .option('--max-entries <n>', 'refuse an archive with more entries', positiveInteger)
    .option('--max-bytes <n>', 'refuse an archive that unpacks to more bytes', positiveInteger)
    .option('--max-ratio <n>', 'refuse an archive that unpacks to more than so many times its size; counts from 64 MiB on', positiveInteger);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
