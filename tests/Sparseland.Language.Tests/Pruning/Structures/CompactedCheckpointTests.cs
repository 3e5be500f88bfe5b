using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Pruning.Structures;

public sealed class CompactedCheckpointTests
{
    private const StructureKinds Both = StructureKinds.Neurons | StructureKinds.Heads;

    public static TheoryData<string> Names => Architectures.Names;

    /// <summary>A random half of every set, at least one structure.</summary>
    internal static List<KeptStructures> Half(TransformerConfiguration configuration, StructureKinds kinds)
    {
        var chance = new RandomStream(5, "kept structures");
        return [.. StructureSet.Of(configuration, kinds).Select(set =>
            KeptStructures.Best(set, [.. Enumerable.Range(0, set.Count).Select(_ => chance.NextDouble())], Math.Max(1, set.Count - set.Count / 2 - set.Block % 2)))];
    }

    /// <summary>The model with the same sizes in which the consumers' columns of the removed structures are zero.</summary>
    private static InMemoryCheckpoint Masked(InMemoryCheckpoint model, IEnumerable<KeptStructures> kept)
    {
        var values = model.Values.ToDictionary(pair => pair.Key, pair => pair.Value.Copy());
        foreach (var one in kept)
        {
            var weights = values[TensorNames.Weight(one.Set.Block, one.Set.Consumer.Projection)].Matrix;
            for (var row = 0; row < weights.Rows; row++)
                for (var column = 0; column < weights.Columns; column++)
                    if (!one.Indices.Contains(column / one.Set.Consumer.Extent))
                        weights[row, column] = 0;
        }
        return new InMemoryCheckpoint(model.Configuration, values);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_compacted_model_says_what_the_masked_one_says(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name));
        var kept = Half(model.Configuration, Both);
        var compacted = new CompactedCheckpoint(model, kept);
        var tokens = TransformerModelTests.Tokens(20, model.Configuration.VocabularySize);
        var expected = TransformerModel.Load(Masked(model, kept)).CreateSession(32).Read(tokens, TestContext.Current.CancellationToken).ToArray();
        var actual = TransformerModel.Load(compacted).CreateSession(32).Read(tokens, TestContext.Current.CancellationToken);
        TransformerModelTests.AssertClose([.. expected.Select(x => (double)x)], actual, 1e-5);
        Assert.True(ParameterCount.Of(compacted.Configuration).Total < ParameterCount.Of(model.Configuration).Total);
    }

    [Theory, MemberData(nameof(Names))]
    public void When_all_structures_stay_every_tensor_is_the_sources_own(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name));
        var whole = StructureSet.Of(model.Configuration, Both).Select(set => new KeptStructures(set, [.. Enumerable.Range(0, set.Count)])).ToList();
        var compacted = new CompactedCheckpoint(model, whole);
        Assert.Equal(ParameterCount.Of(model.Configuration), ParameterCount.Of(compacted.Configuration));
        foreach (var tensor in model.Tensors)
            Assert.Equal(model.LoadTensor(tensor.Name).Span.ToArray(), compacted.LoadTensor(tensor.Name).Span.ToArray());
    }

    [Theory, MemberData(nameof(Names))]
    public void A_compacted_model_is_written_read_and_counted_like_any_other(string name)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get(name));
        var compacted = new CompactedCheckpoint(model, Half(model.Configuration, Both));
        var folder = Directory.CreateTempSubdirectory("sparseland-structures-").FullName;
        CheckpointWriter.WriteDense(folder, compacted.Configuration, compacted.LoadTensor, ElementType.Float32);
        using (var read = Checkpoint.Open(folder))
        {
            Assert.Equal("safetensors", read.Format);
            foreach (var tensor in compacted.Tensors)
            {
                Assert.Equal(tensor.Shape, read.LoadTensor(tensor.Name).Shape);
                Assert.Equal(compacted.LoadTensor(tensor.Name).Span.ToArray(), read.LoadTensor(tensor.Name).Span.ToArray());
            }
            var count = ParameterCount.Of(compacted.Configuration);
            Assert.Equal(read.Tensors.Sum(tensor => tensor.Shape.Length), count.Total);
            var removed = StructureSet.Of(model.Configuration, Both).Sum(set => set.Count * set.ParametersEach(model.Configuration))
                - StructureSet.Of(read.Configuration, Both).Sum(set => set.Count * set.ParametersEach(read.Configuration));
            Assert.Equal(removed, ParameterCount.Of(model.Configuration).Total - count.Total);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float16)]
    public void Numbers_stored_in_two_bytes_stay_what_they_are(ElementType element)
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2"), 1, tensor => DenseMatrix.FromFloat32(tensor.Matrix, element));
        var kept = Half(model.Configuration, StructureKinds.Neurons);
        var matrix = new CompactedCheckpoint(model, kept).LoadMatrix("model.layers.0.mlp.down_proj.weight");
        Assert.Equal(element, matrix.Element);
        var (before, after) = (new float[model.Configuration.FeedForwardWidth], new float[matrix.Columns]);
        for (var row = 0; row < matrix.Rows; row++)
        {
            model.LoadMatrix("model.layers.0.mlp.down_proj.weight").CopyRow(row, before);
            matrix.CopyRow(row, after);
            Assert.Equal(kept[0].Indices.Select(j => before[j]), after);
        }
    }

    [Fact]
    public void The_best_are_exactly_as_many_as_asked_for_and_of_equals_the_later_stay()
    {
        var set = StructureSet.Of(Architectures.Get("llama1") with { FeedForwardWidth = 6 }, StructureKinds.Neurons)[0];
        Assert.Equal([3, 4, 5], KeptStructures.Best(set, [1, 1, 1, 1, 1, 1], 3).Indices);
        Assert.Equal([1, 5], KeptStructures.Best(set, [0, 3, 0, 1, 0, 2], 2).Indices);
        Assert.Throws<Errors.NumericalException>(() => KeptStructures.Best(set, [0, 3, double.NaN, 1, 0, 2], 2));
        Assert.Throws<ArgumentException>(() => KeptStructures.Best(set, [0, 3, 0, 1, 0, 2], 0));
    }

    [Fact]
    public void Sets_of_another_model_and_lists_out_of_order_are_refused()
    {
        var model = InMemoryCheckpoint.Random(Architectures.Get("llama2"));
        var foreign = StructureSet.Of(Architectures.Get("gpt2"), StructureKinds.Neurons)[0];
        Assert.Throws<ArgumentException>(() => new CompactedCheckpoint(model, [new KeptStructures(foreign, [0])]));
        var set = StructureSet.Of(model.Configuration, StructureKinds.Neurons)[0];
        Assert.Throws<ArgumentException>(() => new CompactedCheckpoint(model, [new KeptStructures(set, [0]), new KeptStructures(set, [1])]));
        Assert.Throws<ArgumentException>(() => new KeptStructures(set, [2, 1]));
        Assert.Throws<ArgumentException>(() => new KeptStructures(set, [set.Count]));
    }
}
