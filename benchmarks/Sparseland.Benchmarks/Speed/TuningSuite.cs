using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tuning;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>Fine-tuning: a step of each method, what it keeps for its backward pass, exchanging an adapter, and a batch of users with an adapter each.</summary>
internal sealed class TuningSuite : ISpeedSuite
{
    private const int Length = 256, Batch = 4, Side = 2048, Columns = 64, Rank = 32, Users = 10;

    private static readonly TransformerConfiguration Shape = new()
    {
        Family = "llama", VocabularySize = 512, Width = 256, FeedForwardWidth = 704, BlockCount = 4, HeadCount = 4, KeyValueHeadCount = 4, HeadWidth = 64, ContextLength = Length, TiedEmbeddings = true,
    };

    // 27 neurons of 704 in each block are 27,648 numbers; LoRA of rank 2 on q, k, v, up and down has 27,648 too.
    private static readonly (string Name, string Method)[] Methods = [("full", "full"), ("LoRA", "lora:rank=2"), ("S2FT", "s2ft:d=0.0384,layers=even")];

    public string Name => "tuning";

    public string Title => "Fine-tuning";

    public string Explanation => $"A step (forward, backward, AdamW) of {Shape.BlockCount} blocks of width {Shape.Width} on {Batch} sequences of {Length} tokens: every weight, LoRA of rank 2 on q, k, v, up and down, and S2FT on as many columns of the down projections; what the step keeps for its backward pass, exactly. Exchanging the adapter of a {Side} x {Side} matrix: LoRA of rank {Rank} against a slice of {Columns} columns or rows, both {2 * Rank * Side} numbers. And {Users} tokens of {Users} users, each with an adapter of that size, beside the base product.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        using var model = new RandomCheckpoint(Shape);
        var steps = Methods.Select(method => new TuningStep(model, method.Method, Batch, Length)).ToArray();
        yield return new Measurement(Name, "kept for a backward pass", 1, "MB", [.. steps.Select((step, i) => new Figure(Methods[i].Name, step.Saved / 1e6, (double)steps[0].Saved / step.Saved))], 0);
        foreach (var threads in quick ? [2] : new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            var rounds = quick ? 5 : 9;
            var rivals = Methods.Select((method, i) => new Rival(method.Name, _ => steps[i].Run())).ToArray();
            yield return Measurement.FromTimes(Name, "step, against full", threads, "ms", 1, Rivals.Measure([rivals[0], rivals[2]], threads, rounds, 0.3)) with { Goal = 1 / 0.75 };
            yield return Measurement.FromTimes(Name, "step, against LoRA", threads, "ms", 1, Rivals.Measure([rivals[1], rivals[2]], threads, rounds, 0.3)) with { Goal = 1 / 0.95 };
            yield return Measurement.FromTimes(Name, $"exchange, {Side} x {Side}", threads, "ms", 1, Rivals.Measure([Exchange("LoRA", LowRank), Exchange("rows", i => Slice(SliceKind.Rows, i)), Exchange("columns", i => Slice(SliceKind.Columns, i))], threads, rounds, 0.1)) with { Goal = 3 };
            yield return Measurement.FromTimes(Name, $"{Users} users, {Side} x {Side}", threads, "ms", 1, Rivals.Measure([Serve("LoRA", LowRank), Serve("rows", i => Slice(SliceKind.Rows, i)), Serve("columns", i => Slice(SliceKind.Columns, i))], threads, rounds, 0.1));
        }
    }

    private static Rival Exchange(string name, Func<int, AdapterPart> make)
    {
        var (weights, parts) = (Random("weights", Side, Side), new[] { make(0), make(1) });
        return new Rival(name, round =>
        {
            parts[round % 2].AddTo(weights.Matrix, -1);
            parts[(round + 1) % 2].AddTo(weights.Matrix);
        });
    }

    private static Rival Serve(string name, Func<int, AdapterPart> make)
    {
        var batch = new AdapterBatch([.. Enumerable.Range(0, Users).Select(i => new Adapter("bench", "base", [make(i)]))]);
        var (weights, input, output) = (Random("weights", Side, Side), Random("input", Users, Side), new Tensor<float>(new Shape(Users, Side)));
        var users = Enumerable.Range(0, Users).ToArray();
        return new Rival(name, _ =>
        {
            Gemm.Multiply(input.Matrix, false, weights.Matrix, true, output.Matrix);
            batch.Apply("w", input.Matrix, users, output.Matrix);
        });
    }

    private static LowRankPart LowRank(int index) => new("w", Random($"down {index}", Rank, Side), Random($"up {index}", Side, Rank));

    private static SlicePart Slice(SliceKind kind, int index)
    {
        var places = Enumerable.Range(0, Side).ToArray();
        new RandomStream(2, "places", (ulong)index).Shuffle<int>(places);
        return new SlicePart("w", new Shape(Side, Side), kind, [.. places.Take(Columns).Order()], kind == SliceKind.Rows ? Random($"rows {index}", Columns, Side) : Random($"columns {index}", Side, Columns));
    }

    private static Tensor<float> Random(string name, int rows, int columns)
    {
        var tensor = new Tensor<float>(new Shape(rows, columns));
        new RandomStream(1, name).FillNormal(tensor.Span, 0.02);
        return tensor;
    }
}
