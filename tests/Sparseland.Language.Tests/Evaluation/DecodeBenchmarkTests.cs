using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;

namespace Sparseland.Language.Tests.Evaluation;

public sealed class DecodeBenchmarkTests
{
    private static readonly DecodeBenchmarkOptions Short = new(20, 5, 3) { WarmUpSeconds = 0, LeastSeconds = 0 };

    [Fact]
    public void A_tiny_model_is_measured_and_marked_as_fitting_the_cache()
    {
        var model = TransformerModel.Load(new RandomCheckpoint(Architectures.Get("tinyllama")));
        var result = DecodeBenchmark.Measure(model, "tiny", Short, null, TestContext.Current.CancellationToken);
        Assert.True(result.FitsCache);
        Assert.InRange(result.Prompt.Median, result.Prompt.Lowest, result.Prompt.Highest);
        Assert.True(result.Decode.Lowest > 0 && result.DecodeShare > 0 && result.PromptShare > 0 && result.GigabytesPerSecond > 0);
        Assert.Equal((model.ByteCount, model.BytesPerToken), (result.ModelBytes, result.BytesPerToken));
        Assert.Equal((1, 1), (result.PromptRatio, result.DecodeRatio));
    }

    [Fact]
    public void Models_are_compared_with_the_first_in_the_same_rounds()
    {
        var model = TransformerModel.Load(new RandomCheckpoint(Architectures.Get("tinyllama")));
        var results = DecodeBenchmark.Compare(
            [new("dense", model), new("bf16", ModelLayouts.ToDense(model, ElementType.BFloat16))], Short with { PromptTokens = 0, TimesProducts = false }, null, TestContext.Current.CancellationToken);
        Assert.Equal(["dense", "bf16"], results.Select(result => result.Name));
        Assert.Equal((0, 0, 0), (results[1].Prompt.Median, results[1].PromptShare, results[1].DecodeShare));
        Assert.True(results[1].DecodeRatio > 0 && results[1].ModelBytes < results[0].ModelBytes);
    }

    [Fact]
    public void Medians_of_even_and_odd_counts()
    {
        Assert.Equal(new SpeedSummary(2.5, 1, 4), SpeedSummary.Of([4, 1, 3, 2]));
        Assert.Equal(new SpeedSummary(2, 1, 3), SpeedSummary.Of([3, 1, 2]));
    }

    [Fact]
    public void The_large_configuration_exceeds_every_cache()
    {
        var bytes = new RandomCheckpoint(DecodeBenchmark.LargeConfiguration).Tensors.Where(tensor => tensor.Name != TensorNames.Embedding).Sum(tensor => tensor.Shape.Length);
        Assert.InRange(bytes, 186_000_000, 188_000_000);
    }

    [Fact]
    public void Random_weights_repeat_and_keep_activations_their_size()
    {
        var configuration = Architectures.Get("llama1") with { Width = 256, HeadWidth = 64 };
        var first = new RandomCheckpoint(configuration).LoadTensor(TensorNames.Weight(1, "mlp.up_proj"));
        Assert.Equal(first.Span, new RandomCheckpoint(configuration).LoadTensor(TensorNames.Weight(1, "mlp.up_proj")).Span);
        Assert.Equal(1.0 / 256, TensorPrimitives.SumOfSquares<float>(first.Span) / first.Length, 1e-4);
        Assert.Equal(0, TensorPrimitives.Sum<float>(first.Span) / first.Length, 2e-3);
    }
}
