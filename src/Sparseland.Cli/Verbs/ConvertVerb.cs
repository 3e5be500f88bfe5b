using System.CommandLine;
using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Language.Checkpoints;
using Sparseland.Recipes;

namespace Sparseland.Cli.Verbs;

/// <summary>Converts between packed, dense safetensors and GGUF, tensor by tensor.</summary>
internal sealed class ConvertVerb : Verb
{
    private readonly ModelArgument _model = new();
    private readonly Option<string> _output = new("--output", "-o") { Description = "What to make: a folder, or a file that ends in .gguf.", Required = true };
    private readonly Option<string> _layout = new("--layout") { Description = "auto (packed where zeros allow), dense, or bitmap, csr, 2:4, block:1x8.", DefaultValueFactory = _ => "auto" };
    private readonly Option<string?> _values = new("--values") { Description = "How numbers are stored: f32, f16, bf16, int8, q8_0, q4_0 or q4_k; default: as they are." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace what is there." };

    public override string Name => "convert";

    public override string Summary => "Convert a model between packed, dense safetensors and GGUF; says what was lost, if anything.";

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland convert my-sparse -o my-dense --layout dense", "ordinary safetensors with zeros, which every tool reads"),
        ("sparseland convert my-sparse -o my-sparse.gguf", "a GGUF file"),
    ];

    public override IEnumerable<Symbol> Symbols => [_model.Argument, _output, _layout, _values, _force];

    public override int Run(VerbContext context)
    {
        var options = new ConversionOptions
        {
            Layout = context.Get(_layout)!,
            Element = context.Get(_values) is { } values ? StoredTypeNames.Parse(values) : null,
            Replace = context.Get(_force),
        };
        var result = context.WithProgress(progress => ModelConverter.Convert(_model.Resolve(context), context.Get(_output)!, options, progress, context.CancellationToken));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("output", result.Output);
                json.WriteString("format", result.Format);
                json.WriteNumber("bytesBefore", result.BytesBefore);
                json.WriteNumber("bytesAfter", result.BytesAfter);
                json.WriteBoolean("exact", result.Loss.IsExact);
                json.WriteString("loss", result.Loss.ToString());
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{result.Output}: {result.Format}, {TextTable.Bytes(result.BytesBefore)} became {TextTable.Bytes(result.BytesAfter)}; {result.Loss}");
        return 0;
    }
}
