using System.Diagnostics;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Decoding and prompts of a whole model, in dense and sparse layouts, against its matrix products alone.</summary>
internal sealed class DecodeSuite : ISpeedSuite
{
    private const int PromptTokens = 512;
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
        ("bitmap bf16, 50 %", model => ModelLayouts.ToSparse(model, Pattern.Unstructured, 0.5, ElementType.BFloat16, "bitmap")),
        ("block 1x8 bf16, 80 %", model => ModelLayouts.ToSparse(model, Pattern.Parse("block:1x8"), 0.8, ElementType.BFloat16)),
    ];

    public string Name => "decode";

    public string Title => "A whole language model";

    public string Explanation => "A random Llama of width 1024 with 12 blocks (187 million weights read per token, far above the cache). Decoding one token at a time against the model's matrix products alone, in tokens per second; and a prompt of 512 tokens, as arithmetic of its blocks' products (zeros counted), against a float32 product of 1024³.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        var model = TransformerModel.Load(new RandomCheckpoint(DecodeBenchmark.LargeConfiguration));
        var operations = 2 * model.Blocks.Sum(block => block.Projections.Sum(projection => (double)projection.Matrix.Rows * projection.Matrix.Columns));
        WorkerPool.ThreadCount = 2;
        foreach (var (name, make) in quick ? Layouts[1..2] : Layouts)
        {
            var result = DecodeBenchmark.Measure(make(model), name, new DecodeBenchmarkOptions(PromptTokens, quick ? 8 : 24, quick ? 3 : 5));
            yield return new Measurement(Name, $"{name}, decode", result.Threads, "tok/s",
                [new Figure("the reference", result.Decode.Median / result.DecodeShare, 1), new Figure("the model", result.Decode.Median, result.DecodeShare)], DecodeGoal);
            var (gemm, prompt) = (GemmRate(), operations * result.Prompt.Median / 1e9);
            yield return new Measurement(Name, $"{name}, prompt", result.Threads, "GF/s", [new Figure("the reference", gemm, 1), new Figure("the model", prompt, prompt / gemm)], PromptGoal);
        }
    }

    // GFLOP/s of a float32 product, the median of some calls.
    private static double GemmRate()
    {
        const int extent = 1024;
        var (a, b, c) = (new Tensor<float>(new Shape(extent, extent)), new Tensor<float>(new Shape(extent, extent)), new Tensor<float>(new Shape(extent, extent)));
        a.Span.Fill(0.5f);
        b.Span.Fill(0.25f);
        var rates = new List<double>();
        for (var call = 0; call < 15; call++)
        {
            var clock = Stopwatch.StartNew();
            Gemm.Multiply(a.Matrix, false, b.Matrix, true, c.Matrix);
            rates.Add(2.0 * extent * extent * extent / clock.Elapsed.TotalSeconds / 1e9);
        }
        return SpeedSummary.Of(rates).Median;
    }
}
