using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning;

public class PricingTests
{
    [Fact]
    public void Every_recipe_stands_beside_the_dense_model_in_16_8_and_4_bits()
    {
        using var fixture = new PruningFixture("tinyllama", blocks: 1);
        var rows = Pricing.Run(Request(fixture));
        // 44 columns: 8 divides none of the down projections, so 4:8 and blocks of 8 are no candidates; blocks of 32 do not divide them either.
        Assert.Equal(["2:4 bf16", "2:4 f32", "dense 4 bits", "dense Q8_0", "dense bf16", "unstructured 50 % bf16", "unstructured 50 % f32"], rows.Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.Equal(rows.Select(row => row.Bytes).Order(), rows.Select(row => row.Bytes));
        Assert.Contains("Q4_0", rows.Single(row => row.Name == "dense 4 bits").Note!);
        Assert.All(rows, row => Assert.True(double.IsFinite(row.Perplexity) && row.Bytes > 0 && row.TokensPerSecond > 0 && row.SpeedRatio > 0));
        Assert.Equal(1, rows.Single(row => row.Name == "dense bf16").SpeedRatio);
        Assert.All(rows, row => Assert.Equal(row.Recipe is null, row.RunsAs.Length == 0));
        Assert.All(rows.Where(row => row.Recipe is not null), row => Assert.Equal(0.5, row.Sparsity, 0.02));
        foreach (var row in rows)
            Assert.Equal(!rows.Any(other => other.Bytes < row.Bytes && other.Perplexity < row.Perplexity), row.IsOnFront);
    }

    [Fact]
    public void The_best_recipe_within_a_limit_is_chosen_and_a_better_dense_model_is_named()
    {
        PriceRow Row(string name, bool sparse, long bytes, double perplexity, double speed) => new(name, sparse ? new Recipe() : null, 0, bytes, perplexity, speed, speed / 10);
        PriceRow[] rows = [Row("dense 4 bits", false, 40, 3.5, 20), Row("small", true, 50, 9, 30), Row("good", true, 80, 4, 15), Row("dense bf16", false, 200, 3, 10)];
        Assert.Equal(("good", "dense 4 bits"), (Pricing.ForBytes(rows, 100).Row.Name, Pricing.ForBytes(rows, 100).BetterRival?.Name));
        Assert.Equal(("small", null), (Pricing.ForSpeed(rows, 2.5).Row.Name, Pricing.ForSpeed(rows, 2.5).BetterRival?.Name));
        Assert.Contains("smallest is small with 50", Assert.Throws<InvalidSettingException>(() => Pricing.ForBytes(rows, 45)).Message);
        Assert.Contains("3.00 times", Assert.Throws<InvalidSettingException>(() => Pricing.ForSpeed(rows, 4)).Message);
    }

    private static PriceRequest Request(PruningFixture fixture) => new()
    {
        Checkpoint = fixture.Checkpoint,
        Tokenizer = new Characters(),
        Calibration = fixture.Calibration,
        Texts = [new EvaluationText(new string([.. Enumerable.Range(0, 200).Select(i => (char)(i * 7 % 61))]))],
        Protocol = PerplexityProtocol.NonOverlapping(32),
        Patterns = [(Pattern.Unstructured, 0.5), (new NofMPattern(2, 4), 0.5), (new NofMPattern(4, 8), 0.5), (new BlockPattern(1, 8), 0.5)],
        Values = [ElementType.Float32, ElementType.BFloat16],
        Timing = new DecodeBenchmarkOptions(0, 2, 1) { WarmUpSeconds = 0, LeastSeconds = 0, TimesProducts = false },
    };
}
