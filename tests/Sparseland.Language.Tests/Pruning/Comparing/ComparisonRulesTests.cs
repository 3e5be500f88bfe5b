using Sparseland.Errors;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Pruning.Comparing;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Comparing;

public class ComparisonRulesTests
{
    public static TheoryData<string, string> Violations => new()
    {
        { ComparisonRules.DifferentCalibration, "wanda has 4 sequences of 24, other 9 sequences of 24" },
        { ComparisonRules.DifferentTraining, "wanda has no recovery" },
        { ComparisonRules.DifferentTensors, "wanda has nothing, other *.down_proj.weight" },
        { ComparisonRules.OneSidedTuning, "takes part in 2 settings" },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public void A_broken_rule_refuses_the_comparison_unless_it_is_set_aside_with_a_reason(string code, string words)
    {
        using var fixture = new ComparisonFixture();
        var request = Broken(fixture, code);
        var fault = Assert.Throws<InvalidSettingException>(() => ComparisonRules.Check(request));
        Assert.StartsWith(code, fault.Message, StringComparison.Ordinal);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        var flag = Assert.Single(ComparisonRules.Check(request with { Allowances = [new Allowance(code, "it is a test")] }));
        Assert.Equal(code, flag.Code);
        Assert.EndsWith("set aside because: it is a test", flag.Text, StringComparison.Ordinal);
        Assert.Throws<InvalidSettingException>(() => ComparisonRules.Check(request with { Allowances = [new Allowance(code, " ")] }));
    }

    [Fact]
    public void A_fair_comparison_breaks_none()
    {
        using var fixture = new ComparisonFixture();
        var request = fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe()), ComparisonFixture.Named("owl", ComparisonFixture.Recipe(allocation: "owl")));
        Assert.Empty(ComparisonRules.Check(request));
        Assert.Empty(ComparisonRules.Check(request, ComparisonFixture.Data(1)));
    }

    [Fact]
    public void Two_seeds_are_flagged()
    {
        using var fixture = new ComparisonFixture();
        var flag = Assert.Single(ComparisonRules.Check(fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe())) with { Seeds = [1, 2] }));
        Assert.Equal(ComparisonRules.FewSeeds, flag.Code);
    }

    [Fact]
    public void Calibration_that_is_part_of_the_evaluation_is_refused_and_may_be_set_aside()
    {
        using var fixture = new ComparisonFixture();
        var request = fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe()));
        var data = ComparisonFixture.Data(1);
        var seen = new string([.. data.Calibration.Sequences[2].Select(id => (char)id)]);
        var leaking = data with { Evaluation = data.Evaluation with { Texts = [.. data.Evaluation.Texts, new EvaluationText("abc" + seen + "def")] } };
        var fault = Assert.Throws<InvalidSettingException>(() => ComparisonRules.Check(request, leaking));
        Assert.StartsWith("SPL010: 1 of 4 calibration sequences of seed 1", fault.Message, StringComparison.Ordinal);
        Assert.Single(ComparisonRules.Check(request with { Allowances = [new Allowance("SPL010", "a sanity check")] }, leaking));
    }

    [Fact]
    public void Cells_of_other_evaluation_or_calibration_are_never_compared()
    {
        ComparisonCell Cell(string name, string evaluation, string? calibration, long tokens = 10) => new()
        {
            Name = name, Kind = ContestantKind.Recipe, Seed = 1, Bytes = 1, NatsPerToken = 1, Tokens = tokens, EvaluationHash = evaluation, CalibrationHash = calibration,
        };
        ComparisonRules.Check([Cell("a", "x", "c"), Cell("b", "x", "c"), Cell("c", "x", null), Cell("d", "y", "e") with { Seed = 2 }]);
        Assert.Contains("b and a were evaluated on different text", Assert.Throws<MismatchException>(() => ComparisonRules.Check([Cell("a", "x", "c"), Cell("b", "y", "c")])).Message, StringComparison.Ordinal);
        Assert.Throws<MismatchException>(() => ComparisonRules.Check([Cell("a", "x", "c"), Cell("b", "x", "c", tokens: 9)]));
        Assert.Contains("calibrated on different tokens", Assert.Throws<MismatchException>(() => ComparisonRules.Check([Cell("a", "x", null), Cell("b", "x", "c"), Cell("c", "x", "d")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SPL007")]
    [InlineData("SPL099")]
    public void A_rule_that_nobody_may_set_aside_is_refused_with_the_list_of_those_that_one_may(string code)
    {
        using var fixture = new ComparisonFixture();
        var request = fixture.Request(ComparisonFixture.Named("wanda", ComparisonFixture.Recipe())) with { Allowances = [new Allowance(code, "why not")] };
        Assert.Contains("SPL018", Assert.Throws<InvalidSettingException>(() => ComparisonRules.Check(request)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_without_sense_are_refused()
    {
        using var fixture = new ComparisonFixture();
        var (wanda, twin) = (ComparisonFixture.Named("wanda", ComparisonFixture.Recipe()), ComparisonFixture.Named("twin", ComparisonFixture.Recipe()));
        var request = fixture.Request(wanda);
        Assert.Contains("no recipe", Refusal(request with { Recipes = [] }), StringComparison.Ordinal);
        Assert.Contains("same recipe", Refusal(request with { Recipes = [wanda, twin] }), StringComparison.Ordinal);
        Assert.Contains("called wanda", Refusal(request with { Recipes = [wanda, wanda with { Recipe = ComparisonFixture.Recipe("sparsegpt") }] }), StringComparison.Ordinal);
        Assert.Contains("seeds", Refusal(request with { Seeds = [1, 1] }), StringComparison.Ordinal);
        Assert.Contains("timed", Refusal(request with { Budget = new ComparisonBudget(EqualBy.Time, []) }), StringComparison.Ordinal);
        Assert.Contains("above zero", Refusal(request with { Budget = new ComparisonBudget(EqualBy.Bytes, [0]) }), StringComparison.Ordinal);
    }

    private static string Refusal(ComparisonRequest request) => Assert.Throws<InvalidSettingException>(() => ComparisonRules.Check(request)).Message;

    private static ComparisonRequest Broken(ComparisonFixture fixture, string code)
    {
        var fair = ComparisonFixture.Recipe("sparsegpt");
        var wanda = ComparisonFixture.Named("wanda", ComparisonFixture.Recipe());
        return code switch
        {
            ComparisonRules.DifferentCalibration => fixture.Request(wanda, ComparisonFixture.Named("other", fair with { Calibration = fair.Calibration with { Sequences = 9 } })),
            ComparisonRules.DifferentTraining => fixture.Request(wanda, ComparisonFixture.Named("other", fair with { Recovery = new RecoverySettings { Steps = 5 } })),
            ComparisonRules.DifferentTensors => fixture.Request(wanda, ComparisonFixture.Named("other", fair with { Rules = [new RecipeRule("*.down_proj.weight") { Skip = true }] })),
            _ => fixture.Request(wanda, ComparisonFixture.Named("a", ComparisonFixture.Recipe(allocation: "owl:lambda=0.1")), ComparisonFixture.Named("b", ComparisonFixture.Recipe(allocation: "owl:lambda=0.2"))),
        };
    }
}
