import type { Context, OptionSpec, OptionValues } from '../cli/command.ts'
import type { Document } from '../render/document.ts'

/** What `-o` may ask a reading command for. */
export type OutputForm = 'text' | 'wide' | 'json' | 'yaml' | 'name' | 'jsonpath=TEMPLATE'

const FORMS: readonly OutputForm[] = ['text', 'wide', 'json', 'yaml', 'name', 'jsonpath=TEMPLATE']

const TEMPLATE_HINT = "Give -o jsonpath=TEMPLATE instead: it takes kubectl's JSONPath templates."

/** Forms of kubectl that are not ours. */
const INSTEAD: Readonly<Record<string, string>> = {
  'go-template': `Go templates are not understood. ${TEMPLATE_HINT}`,
  'go-template-file': `Go templates are not understood. ${TEMPLATE_HINT}`,
  template: TEMPLATE_HINT,
  templatefile: TEMPLATE_HINT,
  jsonpath: "The template is missing, for example: -o jsonpath='{.summary.name}'",
  'jsonpath-file': `A template cannot come from a file. ${TEMPLATE_HINT}`,
  'jsonpath-as-json': TEMPLATE_HINT,
  'custom-columns': `Columns cannot be chosen. ${TEMPLATE_HINT}`,
  'custom-columns-file': `Columns cannot be chosen. ${TEMPLATE_HINT}`,
}

/** `-o` of a command that can answer in these forms; text is the default. */
export function outputOption(forms: readonly OutputForm[] = FORMS): OptionSpec {
  const spec: OptionSpec = {
    name: 'output',
    short: 'o',
    type: 'choice',
    value: 'FORMAT',
    choices: forms,
    default: 'text',
    summary: 'Form of the output',
  }
  return forms.includes('jsonpath=TEMPLATE') ? { ...spec, instead: INSTEAD } : spec
}

/** Flags of a command that shows tables; `columns` are those that people sort by, as they are offered to who types. */
export function tableOptions(columns: readonly string[]): readonly OptionSpec[] {
  return [
    { name: 'no-headers', type: 'boolean', summary: 'Leave out the titles of tables' },
    {
      name: 'sort-by',
      type: 'string',
      value: 'COLUMN',
      suggestions: columns,
      summary: 'Sort the tables that have this column by it',
    },
  ]
}

/** The forms that an answer can take; only the one asked for is made. */
export interface Answer {
  /** For `-o name`: `TYPE.GROUP/NAME` of each object. */
  names(): readonly string[]
  /** For json, yaml and jsonpath: a plain value, whose schema is published. */
  data(): unknown
  /** For text and wide. */
  document(form: { wide: boolean }): Document | Promise<Document>
}

export interface Output {
  /** True when people read it: text or wide. */
  forPeople: boolean
  /** The text for stdout. */
  render(answer: Answer, context: Context): Promise<string>
}

/**
 * Reads `-o`, `--no-headers` and `--sort-by`: to be called before anything is asked of a server. Throws CliError of kind
 * usage for a template that cannot be read.
 */
export async function chooseOutput(options: OptionValues): Promise<Output> {
  const form = options['output'] as string
  if (form.startsWith('jsonpath=')) return templateOutput(form.slice('jsonpath='.length))
  switch (form) {
    case 'json':
      return output(async (answer) => (await import('../render/json.ts')).renderJson(await answer.data()))
    case 'yaml':
      return output(async (answer) => (await import('../render/yaml.ts')).renderYaml(await answer.data()))
    case 'name':
      return output(async (answer) => {
        const { visible } = await import('../api/visible-text.ts')
        return answer
          .names()
          .map((name) => `${visible(name)}\n`)
          .join('')
      })
    default:
      return { forPeople: true, render: (answer, context) => renderDocument(form === 'wide', options, answer, context) }
  }
}

function output(render: Output['render']): Output {
  return { forPeople: false, render }
}

async function templateOutput(source: string): Promise<Output> {
  const [{ parseTemplate }, { renderTemplate }] = await Promise.all([
    import('../render/jsonpath/parse.ts'),
    import('../render/jsonpath/evaluate.ts'),
  ])
  const template = parseTemplate(source)
  return output(async (answer) => {
    // As in the other forms, what is undefined is absent.
    const value: unknown = JSON.parse(JSON.stringify(await answer.data()))
    return renderTemplate(template, value)
  })
}

async function renderDocument(wide: boolean, options: OptionValues, answer: Answer, context: Context): Promise<string> {
  const [document, { renderText }, painter] = await Promise.all([
    answer.document({ wide }),
    import('../render/text.ts'),
    context.painter('stdout'),
  ])
  const column = options['sort-by']
  const sorted =
    typeof column === 'string' ? (await import('../render/table-order.ts')).sortTables(document, column) : document
  const { columns } = context.host.stdout
  return renderText(sorted, { painter, width: columns, headers: options['no-headers'] !== true })
}
