using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;
using Sparseland.Layouts;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Tuning;

/// <summary>A tiny random model, in memory and as a folder, with something to learn.</summary>
internal sealed class TuningFixture : IDisposable
{
    public const int Length = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-tuning-").FullName;

    public TuningFixture(string architecture = "llama2")
    {
        Model = InMemoryCheckpoint.Random(Architectures.Get(architecture));
        var chance = new RandomStream(1, "tuning data");
        Data = new TuningData([.. Enumerable.Range(0, 24).Select(_ => Sequence(chance))], "chance");
    }

    public InMemoryCheckpoint Model { get; }

    public TuningData Data { get; }

    public string At(string name) => Path.Combine(_folder, name);

    /// <summary>The model as a folder, in float32 unless told otherwise.</summary>
    public Checkpoint OnDisk(ElementType element = ElementType.Float32)
    {
        if (!Directory.Exists(At("model")))
            CheckpointWriter.WriteDense(At("model"), Model.Configuration, name => Model.Values[name], element);
        return Checkpoint.Open(At("model"));
    }

    public static TuningSettings Settings(string method, long steps = 4) => new() { Method = MethodChoice.Parse(method), Steps = steps, Batch = 4, LearningRate = 1e-2, HeldOut = 0.1 };

    /// <summary>Trains in memory.</summary>
    public PreparedTuning Train(string method, long steps = 4)
    {
        var prepared = FineTuner.Prepare(Model, Settings(method, steps), Data);
        FineTuner.Train(prepared, Settings(method, steps), Data);
        return prepared;
    }

    /// <summary>Logits of the first sequence.</summary>
    public float[] Logits(TransformerNetwork<float> network)
    {
        var tape = new Tape<float> { Recording = false };
        return network.Logits(tape, Data.Sequences[0].Ids.AsSpan(0, Length), 1, Length).Value.Span.ToArray();
    }

    public float[] Logits(ICheckpoint checkpoint) => Logits(TransformerNetwork<float>.Load(checkpoint));

    public static void AssertNear(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var bound = tolerance * (1 + expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"number {i} is {actual[i]}, not {expected[i]}");
    }

    /// <summary>All numbers of a model, by name.</summary>
    public static Dictionary<string, float[]> Numbers(ICheckpoint checkpoint) => checkpoint.Tensors.ToDictionary(tensor => tensor.Name, tensor => checkpoint.LoadTensor(tensor.Name).Span.ToArray());

    public static SlicePart Slice(string name, Shape shape, SliceKind kind, int[] indices, string stream = "delta")
    {
        var delta = new Tensor<float>(kind == SliceKind.Rows ? new Shape(indices.Length, shape[1]) : new Shape(shape[0], indices.Length));
        new RandomStream(3, stream).FillNormal(delta.Span, 0.1);
        return new SlicePart(name, shape, kind, indices, delta);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private TokenSequence Sequence(RandomStream chance)
    {
        var ids = Enumerable.Range(0, Length + 1).Select(_ => chance.NextInt(Model.Configuration.VocabularySize)).ToArray();
        return new TokenSequence(ids, [.. Enumerable.Range(0, ids.Length).Select(i => i > ids.Length / 2)]);
    }
}
