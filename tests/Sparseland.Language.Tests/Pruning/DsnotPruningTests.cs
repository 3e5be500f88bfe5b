using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning;

public class DsnotPruningTests
{
    [Theory]
    [InlineData("llama2", "unstructured")]
    [InlineData("gpt2", "unstructured")]
    [InlineData("qwen3", "2:4")]
    public void Every_layer_keeps_its_count_and_dense_values_and_its_report_says_what_was_done(string architecture, string pattern)
    {
        using var fixture = new PruningFixture(architecture, sequences: 30);
        var recipe = new Recipe { Score = new MethodChoice("wanda"), Update = new MethodChoice("dsnot"), Pattern = Pattern.Parse(pattern), Sparsity = 0.5, Layout = "dense" };
        var model = TransformerModel.Load(fixture.Checkpoint);
        var reports = ModelPruner.PruneInMemory(fixture.Checkpoint, recipe, fixture.Calibration, model);
        Assert.All(reports, report =>
        {
            Assert.Equal(0.5, report.Achieved, 0.03);
            Assert.Contains(report.Notes, note => note.Contains("swaps per row", StringComparison.Ordinal));
            Assert.Contains(report.Notes, note => note.Contains("held-out tokens", StringComparison.Ordinal));
            Assert.NotNull(report.EstimatedLoss);
            var (dense, pruned) = (fixture.Checkpoint.LoadTensor(report.Name).Span.ToArray(), Values(model, report.Name));
            Assert.All(dense.Zip(pruned), pair => Assert.True(pair.Second == 0 || pair.Second == pair.First));
        });
        Assert.All(fixture.Logits(model), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void Statistics_of_the_dense_model_hold_the_held_out_tokens_too_in_memory_and_in_a_folder()
    {
        using var fixture = new PruningFixture(sequences: 30);
        var kinds = StatisticsKind.Moments | StatisticsKind.HeldOut;
        var made = DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds);
        DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds, fixture.Folder);
        var found = DenseStatistics.Collect(fixture.Checkpoint, fixture.Calibration, kinds, fixture.Folder);
        Assert.True(found.Reused);
        var (expected, actual) = (made.Load(1)["mlp.up_proj"], found.Load(1)["mlp.up_proj"]);
        Assert.Equal(128, expected.HeldOut.TokenCount);
        Assert.Equal(expected.RemainingMoments().Mean, actual.RemainingMoments().Mean);
        Assert.Equal(expected.HeldOut.Gram.Row(0).ToArray(), actual.HeldOut.Gram.Row(0).ToArray());
    }

    private static float[] Values(TransformerModel model, string name)
    {
        var matrix = model.Blocks.SelectMany(block => block.Projections.Select(projection => (Name: TensorNames.Weight(block.Index, projection.Name), projection.Matrix))).First(pair => pair.Name == name).Matrix;
        var values = new Tensors.Tensor<float>(new Tensors.Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(values.Matrix);
        return values.Span.ToArray();
    }
}
