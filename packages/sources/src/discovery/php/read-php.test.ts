import { type ByteString, byteStringOf, byteStringOfText, textOf } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PhpSurroundings } from './call-function.ts';
import { type PhpReading, readPhp } from './read-php.ts';
import { tokenizePhp } from './tokenize.ts';
import type { PhpValue } from './value.ts';

const FILE = byteStringOfText('/app/config.php');

function read(
  source: string,
  surroundings: PhpSurroundings = {},
  others: Readonly<Record<string, string>> = {},
): PhpReading {
  const sources = new Map<ByteString, string>([
    [FILE, source],
    ...Object.entries(others).map(([path, text]) => [byteStringOfText(path), text] as const),
  ]);
  const tokens = (path: ByteString) => {
    const text = sources.get(path);
    return text === undefined ? undefined : tokenizePhp(byteStringOfText(text));
  };
  return readPhp(FILE, { tokens }, surroundings);
}

/** The value as data, what is not known as `?`. */
function show(value: PhpValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (value.kind === 'unresolved') return '?';
  if (value.kind === 'scalar') return typeof value.value === 'string' ? textOf(value.value as ByteString) : value.value;
  return Object.fromEntries([...value.entries].map(([key, entry]) => [textOf(key as ByteString), show(entry)]));
}

const valueOf = (expression: string, surroundings: PhpSurroundings = {}, before = '') =>
  show(read(`<?php ${before} $x = ${expression};`, surroundings).variables.get('x'));

const known = (entries: Readonly<Record<string, string>>): PhpSurroundings => ({
  environment: (name) => {
    const value = entries[name];
    return value === undefined ? undefined : { value: byteStringOfText(value), at: { path: FILE, line: 1 } };
  },
});

describe('strings of PHP', () => {
  it.each([
    [String.raw`'it\'s \\ \n $x'`, String.raw`it's \ \n $x`],
    [String.raw`"a\n\t\\\$\"\x41\101\u{e9}\q\'"`, 'a\n\t\\$"AAé\\q\\\''],
    [String.raw`"\e\v\f\r"`, '\x1b\v\f\r'],
    [`'a' . "b" . 3 . true . null`, 'ab31'],
    [`("a" . ('b'))`, 'ab'],
    [`'line 1\n line 2'`, 'line 1\n line 2'],
    [`"no end $ sign { $"`, 'no end $ sign { $'],
    [`<<<EOT\n  a "b" \\x41\n    c\n  EOT`, 'a "b" A\n  c'],
    [`<<<'EOT'\na $b \\n\nEOT`, 'a $b \\n'],
    [`<<<"E"\nEnd of E2\nE`, 'End of E2'],
    [`(string) 5`, '5'],
    [`dirname(__FILE__)`, '/app'],
    [`dirname(__DIR__ . '/a/b/c.php', 3)`, '/app'],
    [`__DIR__ . DIRECTORY_SEPARATOR . 'x'`, '/app/x'],
    [`base64_decode('cmFoYXNpYQ==')`, 'rahasia'],
  ])('%s', (expression, expected) => {
    expect(valueOf(expression)).toBe(expected);
  });

  it.each([
    [`"h=$h;d={$a['n']['k']}"`, 'h=localhost;d=v'],
    [`"$a[k] $a[0] {$o->p} $o->p"`, 'w zero prop prop'],
    [`"\${h}"`, 'localhost'],
    [`"$a[n]"`, '?'],
    [`"{$unknown}"`, '?'],
  ])('%s puts in what is known', (expression, expected) => {
    const before = `$h = 'localhost'; $a = ['n' => ['k' => 'v'], 'k' => 'w', 'zero']; $o = new stdClass(); $o->p = 'prop';`;
    expect(valueOf(expression, {}, before)).toBe(expected);
  });

  it('are bytes, not text', () => {
    const tokens = tokenizePhp(byteStringOf(Buffer.from([...Buffer.from("<?php $x = '"), 0xe9, 0xff, 0x27, 0x3b])));
    const { variables } = readPhp(FILE, { tokens: () => tokens }, {});
    expect(variables.get('x')).toMatchObject({ kind: 'scalar', value: '\xe9\xff' });
  });
});

describe('arrays of PHP', () => {
  it.each([
    [`array('a' => 1, 'b' => array(2, 3),)`, { a: 1, b: { 0: 2, 1: 3 } }],
    [`['a', 'k' => 'b', ...['c', 'd']]`, { 0: 'a', k: 'b', 1: 'c', 2: 'd' }],
    [`['x' => env('A') ?: 'no'] + ['x' => 1, 'y' => 2]`, { x: '?', y: 2 }],
    [`array_merge(['a' => 1, 'b' => 1], ['b' => 2])`, { a: 1, b: 2 }],
    [`[PDO::ATTR_X => 1, 'host' => 'h']`, { host: 'h' }],
    [
      `['a' => function () use ($y) { return ['b' => 1]; }, 'c' => fn($z) => [1, 2], 'd' => 4]`,
      { a: '?', c: '?', d: 4 },
    ],
    [`['a' => match(true) { default => 1 }, 'b' => new class { public $p = 1; }, 'c' => 3]`, { a: '?', b: '?', c: 3 }],
    [`['a' => ['b' => 'deep']]['a']['b']`, 'deep'],
  ])('%s', (expression, expected) => {
    expect(valueOf(expression)).toEqual(expected);
  });

  it('are changed by keys, one by one, and a copy does not change with them', () => {
    const { variables } = read(
      `<?php $db['default']['hostname'] = 'a'; $db['default']['list'][] = 1; $db['default']['list'][] = 2; $copy = $db; $db['default']['hostname'] = 'b';`,
    );
    expect(show(variables.get('db'))).toEqual({ default: { hostname: 'b', list: { 0: 1, 1: 2 } } });
    expect(show(variables.get('copy'))).toEqual({ default: { hostname: 'a', list: { 0: 1, 1: 2 } } });
  });
});

describe('what is not PHP does not count', () => {
  it('comments of every kind, attributes, and text outside of the tags', () => {
    const { variables } = read(
      `$x = 'outside'; <?php // $x = 1; ?> $x = 2; <?php # $x = 3;
       /* $x = 4; */ /** $x = 5; */ #[Attribute('$x = 6')]
       $y = 'it is // no comment'; #[Sensitive] $z = 1;
       ?> $x = 7; <? $short = 1 ?><?= $x = 8 ?>`,
    );
    expect(Object.fromEntries([...variables].map(([name, value]) => [name, show(value)]))).toEqual({
      y: 'it is // no comment',
      z: 1,
      short: 1,
      x: 8,
    });
  });

  it('an unterminated string ends the reading and keeps what was before', () => {
    expect(show(read(`<?php $a = 1; $b = "open; $c = 2;`).variables.get('a'))).toBe(1);
    expect(read(`<?php $a = 1; /* open $c = 2;`).variables.has('c')).toBe(false);
  });
});

describe('conditions', () => {
  it('a branch that is known to run is the only one', () => {
    const { variables, conflicts } = read(
      `<?php define('E', 'production'); if (E === 'development') { $h = 'dev'; } elseif (E == 'production') { $h = 'prod'; } else { $h = 'other'; }`,
    );
    expect(show(variables.get('h'))).toBe('prod');
    expect(conflicts).toEqual([]);
  });

  it('of branches that may run the last counts, and the difference is told', () => {
    const { variables, conflicts } = read(
      `<?php if (php_sapi_name() == 'cli'): $h = 'a'; else: $h = 'b'; endif; $after = 1;`,
    );
    expect(show(variables.get('h'))).toBe('b');
    expect(show(variables.get('after'))).toBe(1);
    expect(conflicts.map(({ name }) => name)).toEqual(['$h']);
  });

  it.each([
    [`true ? 'a' : 'b'`, 'a'],
    [`null ?? 'b'`, 'b'],
    [`'' ?: 'b'`, 'b'],
    [`$_SERVER['X'] ?? 'b'`, '?'],
    [`isset($_SERVER['X']) ? $_SERVER['X'] : 'b'`, 'b'],
    [`!true`, false],
    [`rand() ? 'a' : 'b'`, '?'],
  ])('%s', (expression, expected) => {
    expect(valueOf(expression)).toBe(expected);
  });

  it('of a switch over a known value one case is read, up to its break', () => {
    const { variables, conflicts } = read(`<?php define('E', 'production');
      switch (E) { case 'development': $a = 1; break; case 'staging': case 'production': $a = 2; $b = 3; break; default: $a = 4; }`);
    expect([show(variables.get('a')), show(variables.get('b'))]).toEqual([2, 3]);
    expect(conflicts).toEqual([]);
    expect(show(read(`<?php switch ('x') { case 1: $a = 1; break; default: $a = 4; }`).variables.get('a'))).toBe(4);
  });

  it('of a switch over a value that is not known every case is read', () => {
    const { variables, conflicts } = read(
      `<?php switch ($_SERVER['HTTP_HOST']) { case 'a': $db = 'x'; break; default: $db = 'y'; }`,
    );
    expect(show(variables.get('db'))).toBe('y');
    expect(conflicts.map(({ name }) => name)).toEqual(['$db']);
  });

  it('a first definition counts, and exit in an expression does not end the file', () => {
    const { constants } = read(
      `<?php defined('BASEPATH') OR exit('No direct script access allowed'); define('A', 1); define('A', 2); if (!defined('B')) define('B', 3);`,
    );
    expect([show(constants.get('A')), show(constants.get('B'))]).toEqual([1, 3]);
  });

  it('what stands behind a return is not read', () => {
    const { returned, variables } = read(`<?php return ['a' => 1]; $x = 2;`);
    expect(show(returned)).toEqual({ a: 1 });
    expect(variables.has('x')).toBe(false);
  });
});

describe('the environment', () => {
  it.each([
    [`env('A', 'd')`, 'value'],
    [`env('MISSING', 'd')`, 'd'],
    [`env('MISSING')`, null],
    [`env('T')`, true],
    [`getenv('A')`, 'value'],
    [`$_ENV['A']`, 'value'],
    [`getenv('MISSING')`, '?'],
  ])('%s is asked of the files that are there', (expression, expected) => {
    expect(valueOf(expression, known({ A: 'value', T: 'true' }))).toBe(expected);
  });

  it('is not known where there are none: a default is not taken, and the variable is named', () => {
    const { variables } = read(`<?php $x = env('DB_HOST', 'localhost');`);
    expect(variables.get('x')).toMatchObject({ why: { kind: 'environment', variable: 'DB_HOST' } });
  });
});

describe('includes', () => {
  it('bring their variables, constants and what they return', () => {
    const { variables, calls } = read(
      `<?php $c = require __DIR__ . '/lib/c.php'; include_once('lib/d.php'); mysqli_connect(HOST, $user, $c['p'], 'n');`,
      {},
      {
        '/app/lib/c.php': `<?php return ['p' => 'secret'];`,
        '/app/lib/d.php': `<?php define('HOST', 'h'); $user = 'u';`,
      },
    );
    expect(show(variables.get('c'))).toEqual({ p: 'secret' });
    expect(calls.map(({ name, args }) => [name, ...args.map(show)])).toEqual([
      ['mysqli_connect', 'h', 'u', 'secret', 'n'],
    ]);
  });

  it('that are not there are named, and those that include each other end', () => {
    const { missing } = read(
      `<?php include 'a.php'; include 'gone.php';`,
      {},
      { '/app/a.php': `<?php include 'config.php';` },
    );
    expect(missing).toEqual(['/app/gone.php']);
  });
});

describe('calls that open databases', () => {
  it('are found in functions, methods and conditions, with defaults of parameters and properties', () => {
    const { calls } = read(`<?php
      function buka($host = 'h1', $db = 'd1') { return mysqli_connect($host, 'u', 'p', $db); }
      class K { private string $h = 'h2'; const D = 'd2'; public function __construct(private $x = 1) { $this->c = new \\mysqli($this->h, 'u', 'p', self::D); } }
      if (!$c = @mysql_connect('h3')) die('x');
      mysql_select_db('d3', $c) or die();`);
    expect(calls.map(({ name, args }) => [name, ...args.map(show)])).toEqual([
      ['mysqli_connect', 'h1', 'u', 'p', 'd1'],
      ['mysqli', 'h2', 'u', 'p', 'd2'],
      ['mysql_connect', 'h3'],
      ['mysql_select_db', 'd3', '?'],
    ]);
  });

  it('a parameter without a default is not known, though a variable has its name', () => {
    const { calls } = read(`<?php $h = 'global'; function buka($h) { mysqli_connect($h); }`);
    expect(calls.map(({ args }) => args.map(show))).toEqual([['?']]);
  });

  it('what a function names does not change the variables around it', () => {
    const { calls, variables } = read(`<?php $h = 'h'; $db = 'd';
      function query($db, $x = 1) { $h = 'other'; return $h; }
      mysqli_connect($h, 'u', 'p', $db); function buka() { global $h, $db; return mysqli_connect($h, 'u', 'p', $db); }`);
    expect(calls.map(({ args }) => args.map(show))).toEqual([
      ['h', 'u', 'p', 'd'],
      ['h', 'u', 'p', 'd'],
    ]);
    expect(variables.has('x')).toBe(false);
  });

  it('say in which line they stand', () => {
    expect(read(`<?php\n/* a\nb */\n$x = "c\nd";\nnew PDO('sqlite:x');`).calls[0]?.at).toEqual({ path: FILE, line: 6 });
  });
});

describe('hostile files', () => {
  const SIZE = 100_000;
  const repeated = (unit: string) => `<?php ${unit.repeat(Math.ceil(SIZE / unit.length))}`;

  it.each([
    ['brackets', repeated('(')],
    ['square brackets', repeated('[')],
    ['braces', repeated('{')],
    ['closing braces', repeated('}')],
    ['arrays', repeated('array(')],
    ['assignments', repeated('$a=')],
    ['conditions', repeated('if(1)')],
    ['elses', repeated('if($x){}else ')],
    ['functions', repeated('function(')],
    ['ternaries', repeated('1?')],
    ['negations', repeated('!')],
    ['strings that put in', `<?php "${'{$a'.repeat(SIZE / 3)}"`],
    ['strings within strings', `<?php ${'"{$a["'.repeat(SIZE / 6)}`],
    ['heredocs', repeated('<<<A\n')],
    ['labels', repeated('<<<A\nA;')],
    ['attributes in one line', repeated('#[]')],
    ['comments in one line', repeated('//?><? ')],
    ['tags', repeated('?><?php ')],
    ['strings in one line', repeated("'a',")],
    ['a string that doubles', `<?php $a = 'x'; ${'$a .= $a;'.repeat(30_000)}`],
    [
      'comparisons of long strings',
      `<?php $a = 'x'; ${'$a .= $a;'.repeat(19)} ${'$b = $a . "1" == $a . "2";'.repeat(10_000)}`,
    ],
    ['a list that grows', repeated('$a[]=1;')],
    ['arrays within arrays', repeated('$a=[$a,$a];')],
    ['an array in itself', repeated("$a['x']=$a;")],
    ['spreads', `<?php $a=[1,2]; ${'$a=[...$a,...$a];'.repeat(20_000)}`],
    ['definitions', repeated("define('A',1);")],
    ['properties', repeated('public static ')],
    ['signs', repeated('->')],
    ['zero bytes', repeated('\0')],
  ])('%s end in bounded work', (_, source) => {
    const { variables } = read(source);
    expect(variables.size).toBeLessThan(10);
  });

  it('an include within itself many times ends', () => {
    const source = `<?php ${"include 'config.php';".repeat(5000)}`;
    expect(read(source).isWhole).toBe(true);
  });

  it('what comes before nesting that is too deep is kept', () => {
    const reading = read(`<?php $a = 1; $b = ${'['.repeat(1000)}; $c = 3;`);
    expect(show(reading.variables.get('a'))).toBe(1);
    expect(reading.isWhole).toBe(false);
  });
});

describe('fuzz', () => {
  const fragment = fc.constantFrom(
    ...`$a|$this->b|=|.=|'x'|"y{$a['k']}"|"$a[k]|(|)|[|]|{|}|;|,|=>|->|::|?|:|??|if|else|elseif|function|class|new|array|return|define(|env(|include|'a.php'|<?php|?>|/*|*/|//|#|#[|<<<A|\nA|\n|\\|!|&&|or|const|public|static|fn|match|1|0x|.|...|&|@|-`.split(
      '|',
    ),
  );

  it('fuzz: any bytes are read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const tokens = tokenizePhp(byteStringOf(Buffer.concat([Buffer.from('<?php '), bytes])));
        readPhp(FILE, { tokens: () => tokens }, {});
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: any order of what PHP is made of is read without an error, and lines are those of the file', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 80 }), (fragments) => {
        const source = `<?php ${fragments.join(' ')}`;
        const lines = source.split('\n').length;
        for (const token of tokenizePhp(byteStringOfText(source))) expect(token.line).toBeLessThanOrEqual(lines);
        read(source, known({}));
      }),
      { numRuns: fuzzRuns(500) },
    );
  });

  it('fuzz: data that PHP prints is read back', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const { tree } = fc.letrec<{ tree: unknown; map: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('map')),
      map: fc.dictionary(
        text.filter((key) => !/^-?\d+$/.test(key)),
        tie('tree'),
        { maxKeys: 5, noNullPrototype: true },
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (value, isDouble) => {
        expect(valueOf(print(value, isDouble))).toEqual(value);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

/** As `var_export` prints it, with either quoting. */
function print(value: unknown, isDouble: boolean): string {
  if (typeof value === 'string') {
    return isDouble ? `"${value.replace(/[\\"$]/g, '\\$&')}"` : `'${value.replace(/[\\']/g, '\\$&')}'`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, entry]) => `${print(key, isDouble)} => ${print(entry, isDouble)}`);
  return isDouble ? `[${entries.join(', ')}]` : `array (\n${entries.join(',\n')},\n)`.replace('(\n,', '(');
}
