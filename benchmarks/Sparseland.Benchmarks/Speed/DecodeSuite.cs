using System.Diagnostics;
using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Decoding and prompts of a whole model, in dense and sparse layouts: decoding against its matrix products alone and against dense bfloat16, prompts against a large product.</summary>
internal sealed class DecodeSuite : ISpeedSuite
{
    private const int PromptTokens = 512;
    private const int PromptRounds = 3;
    private const double DecodeGoal = 0.9;
    private const double PromptGoal = 0.6;

    private static readonly (string Name, Func<TransformerModel, TransformerModel> Make)[] Layouts =
    [
        ("dense f32", model => ModelLayouts.ToDense(model, ElementType.Float32)),
        ("dense bf16", model => ModelLayouts.ToDense(model, ElementType.BFloat16)),
        ("dense int8", model => ModelLayouts.ToDense(model, ElementType.Int8)),
        ("dense Q8_0", model => ModelLayouts.ToDense(model, ElementType.Q8_0)),
        ("dense Q4_K", model => ModelLayouts.ToDense(model, ElementType.Q4_K)),
        ("2:4 bf16", model => ModelLayouts.ToSparse(model, Pattern.Parse("2:4"), 0.5, ElementType.BFloat16)),
        ("2:4 int8", model => ModelLayouts.ToSparse(model, Pattern.Parse("2:4"), 0.5, ElementType.Int8)),
        ("bitmap bf16, 50 %", model => ModelLayouts.ToSparse(model, Pattern.Unstructured, 0.5, ElementType.BFloat16, "bitmap")),
        ("bitmap f32, 70 %", model => ModelLayouts.ToSparse(model, Pattern.Unstructured, 0.7, ElementType.Float32, "bitmap")),
        ("block 1x8 bf16, 80 %", model => ModelLayouts.ToSparse(model, Pattern.Parse("block:1x8"), 0.8, ElementType.BFloat16)),
    ];

    public string Name => "decode";

    public string Title => "A whole language model";

    public string Explanation => "A random Llama of width 1024 with 12 blocks (187 million weights read per token, far above the cache), every layout as it is stored. Decoding one token at a time against the model's matrix products alone, in tokens per second, and against the same model in dense bfloat16; and a prompt of 512 tokens, as arithmetic of its blocks' products (zeros counted), against a float32 product of 1024³.";

    /// <summary>Measures only layouts whose names contain this; null measures all.</summary>
    public string? Only { get; set; }

    public IEnumerable<Measurement> Run(bool quick)
    {
        var model = TransformerModel.Load(new RandomCheckpoint(DecodeBenchmark.LargeConfiguration));
        var brain = ModelLayouts.ToDense(model, ElementType.BFloat16);
        foreach (var (name, make) in Only is { } only ? Layouts.Where(layout => layout.Name.Contains(only, StringComparison.Ordinal)) : quick ? Layouts[1..2] : Layouts)
        {
            var made = name == "dense bf16" ? brain : make(model);
            foreach (var threads in new[] { 1, 2 })
            {
                WorkerPool.ThreadCount = threads;
                foreach (var line in Measure(name, made, brain, threads, quick))
                    yield return line;
            }
        }
    }

    private IEnumerable<Measurement> Measure(string name, TransformerModel model, TransformerModel brain, int threads, bool quick)
    {
        var options = new DecodeBenchmarkOptions(0, quick ? 4 : 8, quick ? 3 : 5) { WarmUpSeconds = 0 };
        var subjects = ReferenceEquals(model, brain) ? [new DecodeSubject(name, model)] : (DecodeSubject[])[new("dense bf16", brain), new(name, model)];
        var result = DecodeBenchmark.Compare(subjects, options)[^1];
        yield return new Measurement(Name, $"{name}, decode", threads, "tok/s", [new Figure("products alone", result.Decode.Median / result.DecodeShare, 1), new Figure("the model", result.Decode.Median, result.DecodeShare)], DecodeGoal);
        yield return new Measurement(Name, $"{name}, decode", threads, "tok/s", [new Figure("dense bf16", result.Decode.Median / result.DecodeRatio, 1), new Figure("the model", result.Decode.Median, result.DecodeRatio)], 0);
        yield return MeasurePrompt(name, model, threads, quick ? 1 : PromptRounds);
    }

    // Rounds alternate between the product and the prompt; a figure is the median, the ratio the median of the rounds' ratios.
    private Measurement MeasurePrompt(string name, TransformerModel model, int threads, int rounds)
    {
        var operations = 2 * PromptTokens * model.Blocks.Sum(block => block.Projections.Sum(projection => (double)projection.Matrix.Rows * projection.Matrix.Columns));
        var session = model.CreateSession(PromptTokens);
        session.Reserve(PromptTokens);
        var chance = new RandomStream(1, "prompt");
        int[] tokens = [.. Enumerable.Range(0, PromptTokens).Select(_ => chance.NextInt(model.Configuration.VocabularySize))];
        var (products, prompts) = (new List<double>(), new List<double>());
        session.Read(tokens.AsSpan(0, 64));
        GemmRate();
        for (var round = 0; round < rounds; round++)
        {
            products.Add(GemmRate());
            session.Truncate(0);
            var start = Stopwatch.GetTimestamp();
            session.Read(tokens);
            prompts.Add(operations / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        var ratio = SpeedSummary.Of([.. prompts.Zip(products, (prompt, product) => prompt / product)]).Median;
        return new Measurement(Name, $"{name}, prompt", threads, "GF/s",
            [new Figure("1024³ f32", SpeedSummary.Of(products).Median, 1), new Figure("the model", SpeedSummary.Of(prompts).Median, ratio)], PromptGoal);
    }

    // GFLOP/s of a float32 product, the median of some calls.
    private static double GemmRate()
    {
        const int extent = 1024;
        var (a, b, c) = (new Tensor<float>(new Shape(extent, extent)), new Tensor<float>(new Shape(extent, extent)), new Tensor<float>(new Shape(extent, extent)));
        a.Span.Fill(0.5f);
        b.Span.Fill(0.25f);
        var rates = new List<double>();
        for (var call = 0; call < 7; call++)
        {
            var start = Stopwatch.GetTimestamp();
            Gemm.Multiply(a.Matrix, false, b.Matrix, true, c.Matrix);
            rates.Add(2.0 * extent * extent * extent / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }
        return SpeedSummary.Of(rates).Median;
    }
}
