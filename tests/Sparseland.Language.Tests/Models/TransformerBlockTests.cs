using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Models;

public sealed class TransformerBlockTests
{
    private sealed class Recorder : IActivationObserver
    {
        public Dictionary<(int, string), List<float[]>> Rows { get; } = [];

        public void Observe(int block, IReadOnlyList<string> projections, MatrixView<float> input)
        {
            foreach (var name in projections)
            {
                if (!Rows.TryGetValue((block, name), out var rows))
                    Rows.Add((block, name), rows = []);
                for (var row = 0; row < input.Rows; row++)
                    rows.Add(input.Row(row).ToArray());
            }
        }
    }

    public static TheoryData<string> Names => Architectures.Names;

    private static Tensor<float> Hidden(int rows, int width)
    {
        var hidden = new Tensor<float>(new Shape(rows, width));
        new RandomStream(8, "hidden").FillNormal(hidden.Span);
        return hidden;
    }

    private static double[][] Rows(Tensor<float> hidden, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(row => hidden.Matrix.Row(row).ToArray().Select(value => (double)value).ToArray())];

    [Theory, MemberData(nameof(Names))]
    public void Whole_sequences_equal_the_reference_and_every_input_is_observed(string name)
    {
        const int sequences = 3, length = 13;
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(name));
        var width = checkpoint.Configuration.Width;
        var hidden = Hidden(sequences * length, width);
        var original = hidden.Copy();
        var recorder = new Recorder();
        var block = TransformerBlock.Load(checkpoint, 2);
        block.Forward(hidden.Matrix, sequences, length, new BlockScratch(checkpoint.Configuration), recorder, TestContext.Current.CancellationToken);
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            var reference = new ReferenceTransformer(checkpoint);
            var expected = reference.Block(Rows(original, sequence * length, length), 2);
            for (var row = 0; row < length; row++)
            {
                TransformerModelTests.AssertClose(expected[row], hidden.Matrix.Row(sequence * length + row));
                foreach (var projection in block.Projections)
                    TransformerModelTests.AssertClose(reference.Inputs[(2, projection.Name)][row], recorder.Rows[(2, projection.Name)][sequence * length + row]);
            }
        }
        Assert.Equal(TensorNames.Projections(checkpoint.Configuration.GatedFeedForward), block.Projections.Select(projection => projection.Name));
        Assert.Equal(block.Projections.Count, recorder.Rows.Count);
    }

    [Theory]
    [InlineData(1, 530)]
    [InlineData(7, 100)]
    public void Sequences_longer_than_a_batch_of_rows_equal_one_by_one(int sequences, int length)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("tinyllama"));
        var block = TransformerBlock.Load(checkpoint, 0);
        var together = Hidden(sequences * length, 32);
        var apart = together.Copy();
        block.Forward(together.Matrix, sequences, length, new BlockScratch(checkpoint.Configuration), cancellation: TestContext.Current.CancellationToken);
        var expected = new ReferenceTransformer(checkpoint).Block(Rows(apart, (sequences - 1) * length, length), 0);
        for (var row = 0; row < length; row++)
            TransformerModelTests.AssertClose(expected[row], together.Matrix.Row((sequences - 1) * length + row));
    }

    [Fact]
    public void A_replaced_matrix_is_used()
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2"));
        var block = TransformerBlock.Load(checkpoint, 1);
        foreach (var name in (string[])["self_attn.o_proj", "mlp.down_proj"])
            block[name].Matrix = new PlainMatrix(new Tensor<float>(new Shape(block[name].Matrix.Rows, block[name].Matrix.Columns)));
        var hidden = Hidden(10, 32);
        var original = hidden.Copy();
        block.Forward(hidden.Matrix, 2, 5, new BlockScratch(checkpoint.Configuration), cancellation: TestContext.Current.CancellationToken);
        Assert.True(original.Span.SequenceEqual(hidden.Span), "a block whose outputs are zero changes nothing");
    }

    [Fact]
    public void A_matrix_of_another_shape_is_refused()
    {
        var block = TransformerBlock.Load(InMemoryCheckpoint.Random(Architectures.Get("llama1")), 0);
        Assert.Throws<MismatchException>(() => block["mlp.up_proj"].Matrix = new PlainMatrix(new Tensor<float>(new Shape(4, 32))));
    }

    [Fact]
    public void An_unknown_projection_is_refused_with_the_nearest_name()
    {
        var block = TransformerBlock.Load(InMemoryCheckpoint.Random(Architectures.Get("llama1")), 0);
        Assert.Contains("did you mean 'mlp.up_proj'", Assert.Throws<InvalidSettingException>(() => block["mlp.up_prj"]).Message);
    }
}
