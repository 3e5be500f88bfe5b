using Sparseland.Errors;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Comparing;

public class RecipePriceTests
{
    public static TheoryData<string, string, string, string, ElementType> Recipes => new()
    {
        { "magnitude", "uniform", "none", "unstructured", ElementType.BFloat16 },
        { "random", "uniform", "none", "unstructured", ElementType.Int8 },
        { "wanda", "owl:lambda=0.1", "none", "unstructured", ElementType.Float32 },
        { "sparsegpt", "uniform", "obs", "unstructured", ElementType.BFloat16 },
        { "wanda", "uniform", "dsnot", "unstructured", ElementType.BFloat16 },
        { "sparsegpt", "uniform", "obs", "2:4", ElementType.BFloat16 },
        { "magnitude", "uniform", "none", "block:4x4", ElementType.Float32 },
        { "magnitude", "uniform", "svd", "unstructured", ElementType.BFloat16 },
        { "magnitude", "uniform", "dictionary:iterations=1", "unstructured", ElementType.Float32 },
        { "magnitude", "uniform", "dictionary:iterations=1,share=inputs", "unstructured", ElementType.BFloat16 },
        { "magnitude", "uniform", "none", "neurons", ElementType.BFloat16 },
        { "cfsp", "cfsp", "none", "neurons+heads", ElementType.Float32 },
        { "flap", "global", "bias", "neurons", ElementType.BFloat16 },
        { "obs", "uniform", "solve", "neurons", ElementType.BFloat16 },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void The_price_is_what_the_result_takes_on_disk(string score, string allocation, string update, string pattern, ElementType values)
    {
        using var fixture = new PruningFixture("biased llama", sequences: 8, blocks: 2);
        var recipe = new Recipe { Score = new MethodChoice(score), Allocation = MethodChoice.Parse(allocation), Update = MethodChoice.Parse(update), Pattern = Pattern.Parse(pattern), Values = values };
        CheckPrice(fixture, recipe);
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void It_is_so_for_every_architecture(string architecture)
    {
        using var fixture = new PruningFixture(architecture);
        CheckPrice(fixture, new Recipe { Score = new MethodChoice("magnitude"), Values = ElementType.BFloat16 });
        CheckPrice(fixture, new Recipe { Score = new MethodChoice("magnitude"), Values = ElementType.BFloat16, Pattern = Pattern.Parse("neurons") });
    }

    [Fact]
    public void Layers_left_out_and_a_recovery_are_priced_too()
    {
        using var fixture = new PruningFixture(blocks: 1);
        CheckPrice(fixture, new Recipe { Score = new MethodChoice("magnitude"), Values = ElementType.Int8, Rules = [new RecipeRule("*.down_proj.weight") { Skip = true }] });
        CheckPrice(fixture, new Recipe { Score = new MethodChoice("magnitude"), Values = ElementType.BFloat16, Recovery = new RecoverySettings { Steps = 1, Batch = 1, Distillation = 0 } });
    }

    [Fact]
    public void Halving_finds_the_sparsity_of_a_size_and_says_which_sizes_there_are()
    {
        var budget = new ComparisonBudget(EqualBy.Bytes, []);
        static long Price(double sparsity) => 1000 + (long)(99_000 * (1 - sparsity));
        Assert.Equal(0.5, SizeSolver.ForBytes("a", Price, 0.3, 50_500, budget), 1e-3);
        Assert.Contains("a cannot take 500 bytes: the nearest that it can is 1,495", Assert.Throws<InvalidSettingException>(() => SizeSolver.ForBytes("a", Price, 0.3, 500, budget)).Message, StringComparison.Ordinal);
        // An allocation that is legal from 20 to 60 %.
        static long Narrow(double sparsity) => sparsity is < 0.2 or > 0.6 ? throw new InvalidSettingException("too far") : Price(sparsity);
        Assert.Equal(0.25, SizeSolver.ForBytes("a", Narrow, 0.5, Price(0.25), budget), 1e-3);
        Assert.Contains("too far", Assert.Throws<InvalidSettingException>(() => SizeSolver.ForBytes("a", Narrow, 0.5, Price(0.9), budget)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Probing_finds_the_sparsity_of_a_speed_and_the_nearest_where_there_is_none()
    {
        var budget = new ComparisonBudget(EqualBy.Time, []);
        var probes = 0;
        var sparsity = SizeSolver.ForSpeed(share => { probes++; return 0.8 + share; }, 1.5, budget);
        Assert.InRange(0.8 + sparsity, 1.5 * 0.97, 1.5 * 1.03);
        Assert.InRange(probes, 1, 7);
        Assert.True(SizeSolver.ForSpeed(share => 0.8 + share, 3, budget) > 0.98);
    }

    private static void CheckPrice(PruningFixture fixture, Recipe recipe)
    {
        var price = RecipePrice.Prepare(fixture.Checkpoint, recipe, fixture.Calibration);
        foreach (var sparsity in (double[])[0.3, 0.6])
        {
            var report = ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe with { Sparsity = sparsity }, Calibration = fixture.Calibration, Output = fixture.Output, Replace = true }).Report;
            Assert.Equal(report.BytesAfter, price.Bytes(sparsity));
        }
    }
}
