using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Pruning;

public class CalibrationWalkTests
{
    [Theory]
    [InlineData("llama2")]
    [InlineData("gpt2")]
    [InlineData("qwen3")]
    public void Block_by_block_ends_in_the_states_of_the_whole_model(string architecture)
    {
        using var fixture = new PruningFixture(architecture, sequences: 30);
        using var walk = new CalibrationWalk(fixture.Checkpoint, fixture.Calibration, CalibrationWalk.DefaultBudget, null);
        walk.Embed();
        for (var block = 0; block < 3; block++)
            walk.Advance(walk.LoadBlock(block), null, CancellationToken.None);
        var model = fixture.Checkpoint.ToModel();
        var logits = new Tensor<float>(new Shape(1, fixture.Configuration.VocabularySize));
        model.ComputeLogits(walk.Hidden.Slice(0, 1).SliceRows(fixture.Calibration.Length - 1, 1), logits.Matrix);
        var expected = fixture.Logits(model);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logits.Span[i], 2e-4);
    }

    [Fact]
    public void Recording_leaves_the_states_and_sees_what_advancing_sees()
    {
        using var fixture = new PruningFixture(sequences: 40);
        using var walk = new CalibrationWalk(fixture.Checkpoint, fixture.Calibration, CalibrationWalk.DefaultBudget, null);
        walk.Embed();
        var before = walk.Hidden.Matrix.Row(100).ToArray();
        var block = walk.LoadBlock(0);
        var first = new CalibrationRecorder(StatisticsKind.SumOfSquares | StatisticsKind.Gram);
        var second = new CalibrationRecorder(StatisticsKind.SumOfSquares | StatisticsKind.Gram);
        walk.Record(block, first, CancellationToken.None);
        Assert.Equal(before, walk.Hidden.Matrix.Row(100).ToArray());
        walk.Advance(block, second, CancellationToken.None);
        Assert.NotEqual(before, walk.Hidden.Matrix.Row(100).ToArray());
        foreach (var projection in block.Projections)
        {
            Assert.Equal((800, 40), (first.Statistics[projection.Name].TokenCount, first.Statistics[projection.Name].SequenceCount));
            Assert.Equal(first.Statistics[projection.Name].SumOfSquares.ToArray(), second.Statistics[projection.Name].SumOfSquares.ToArray());
            Assert.Equal(first.Statistics[projection.Name].Gram.Row(3).ToArray(), second.Statistics[projection.Name].Gram.Row(3).ToArray());
        }
        Assert.Same(first.Statistics["self_attn.q_proj"], first.Statistics["self_attn.v_proj"]);
    }

    [Fact]
    public void Activations_that_are_not_finite_name_the_layer()
    {
        using var fixture = new PruningFixture();
        fixture.Checkpoint.Values["model.layers.1.mlp.up_proj.weight"].Span.Fill(1e38f);
        var fault = Assert.Throws<NumericalException>(() => DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, StatisticsKind.SumOfSquares));
        Assert.Contains("model.layers.1.mlp.down_proj.weight", fault.Message);
    }

    [Fact]
    public void Kept_statistics_are_found_again_and_are_the_same()
    {
        using var fixture = new PruningFixture();
        var kinds = StatisticsKind.SumOfSquares | StatisticsKind.Gram;
        var first = DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds, fixture.Folder);
        var second = DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, StatisticsKind.SumOfSquares, fixture.Folder);
        Assert.False(first.Reused);
        Assert.True(second.Reused);
        Assert.Equal(first.Load(2)["mlp.down_proj"].SumOfSquares.ToArray(), second.Load(2)["mlp.down_proj"].SumOfSquares.ToArray());
        Assert.False(DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds | StatisticsKind.Moments, fixture.Folder).Reused);
        Assert.False(DenseStatistics.Collect(fixture.Checkpoint, fixture.Sequences(6, 20, 2), kinds, fixture.Folder).Reused);
        fixture.Checkpoint.Values["model.layers.1.mlp.up_proj.weight"].Span[0] += 1;
        Assert.False(DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds, fixture.Folder).Reused);
    }

    [Fact]
    public void An_allocation_that_reads_hidden_states_sees_a_blocks_inputs_and_outputs()
    {
        using var fixture = new PruningFixture(sequences: 30);
        var reader = new HiddenReader();
        DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, StatisticsKind.None, null, reader, null, CancellationToken.None);
        Assert.Equal(3, reader.Inputs.Count);
        for (var block = 1; block < 3; block++)
            Assert.Equal(reader.Outputs[block - 1], reader.Inputs[block]);
        Assert.All(reader.Tokens, tokens => Assert.Equal(600, tokens));
    }

    private sealed class HiddenReader : IAllocation
    {
        public List<float> Inputs { get; } = [];

        public List<float> Outputs { get; } = [];

        public List<int> Tokens { get; } = [];

        public string Name => "reader";

        public bool NeedsWalk => true;

        public bool ReadsHiddenStates => true;

        public void Observe(BlockObservation block)
        {
            var (input, output, tokens) = (0f, 0f, 0);
            foreach (var (before, after) in block.HiddenStates)
            {
                input += before[0, 0];
                output += after[0, 0];
                tokens += before.Rows;
            }
            Inputs.Add(input);
            Outputs.Add(output);
            Tokens.Add(tokens);
        }

        public double[] Allocate(AllocationRequest request) => new double[request.Matrices.Count];
    }
}
