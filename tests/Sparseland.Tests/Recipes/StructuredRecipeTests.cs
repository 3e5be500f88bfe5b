using Sparseland.Errors;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public class StructuredRecipeTests
{
    [Fact]
    public void A_structured_recipe_reads_back_from_its_own_JSON()
    {
        var recipe = new Recipe
        {
            Score = MethodChoice.Parse("cfsp:form=authors"),
            Allocation = MethodChoice.Parse("cfsp:metric=cosine"),
            Pattern = Pattern.Parse("neurons:8+heads"),
            Update = new MethodChoice("bias"),
            Sparsity = 0.35,
            Recovery = new RecoverySettings { Steps = 5, Rank = 4, RanksByImportance = false },
        };
        var read = Recipe.Parse(recipe.ToJson());
        Assert.Equal(recipe.ToJson(), read.ToJson());
        Assert.Equal(StructureKinds.Neurons | StructureKinds.Heads, read.Pattern.Structures);
        Assert.Equal(StatisticsKind.SumOfSquares | StatisticsKind.Moments, read.Needs);
    }

    [Theory]
    [InlineData("""{"pattern":"neurons","update":"obs"}""", "changes single weights under a mask")]
    [InlineData("""{"pattern":"neurons","score":"sparsegpt"}""", "ranks single weights")]
    [InlineData("""{"pattern":"neurons","score":"wands"}""", "did you mean 'wanda'")]
    [InlineData("""{"pattern":"heads","layout":"bitmap"}""", "choose dense or auto")]
    [InlineData("""{"pattern":"heads","values":"int8"}""", "f32 or bf16")]
    [InlineData("""{"pattern":"heads","group":"row"}""", "leave group and selection out")]
    [InlineData("""{"pattern":"2:4","recovery":{"steps":5,"rank":4}}""", "leave the recovery's rank out")]
    [InlineData("""{"pattern":"heads","recovery":{"steps":5,"rank":0}}""", "rank")]
    [InlineData("""{"pattern":"neurons","calibration":{"trueSequential":true}}""", "dense model")]
    [InlineData("""{"pattern":"neurons","rules":[{"tensors":"*","pattern":"2:4"}]}""", "leave the rule's pattern out")]
    [InlineData("""{"score":"cfsp"}""", "ranks whole structures")]
    [InlineData("""{"update":"bias"}""", "is for whole structures")]
    [InlineData("""{"allocation":"global"}""", "compares the scores of whole structures")]
    [InlineData("""{"rules":[{"tensors":"*","pattern":"heads"}]}""", "leave the rule's pattern out")]
    public void Parts_that_exclude_each_other_are_refused_with_the_reason(string json, string expected)
    {
        var message = Assert.Throws<InvalidSettingException>(() => Recipe.Parse(json)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("neurons")]
    [InlineData("neurons:8")]
    [InlineData("heads")]
    [InlineData("neurons+heads")]
    [InlineData("neurons:1+heads")]
    public void Structured_patterns_are_written_as_they_are_read(string text)
    {
        Assert.Equal(text, Pattern.Parse(text).ToString());
        Assert.Equal(Pattern.Parse(text), Pattern.Parse(text));
        Assert.Null(Pattern.Parse(text).FirstViolation(Mask.Full(3, 5)));
        Assert.NotNull(Pattern.Parse(text).FirstViolation(new Mask(3, 5)));
    }

    [Theory]
    [InlineData("neurons:0")]
    [InlineData("neurons:")]
    [InlineData("neurons:x")]
    [InlineData("heads:2")]
    [InlineData("heads+heads")]
    [InlineData("neurons+")]
    [InlineData("neurons:99999")]
    public void What_is_no_structured_pattern_is_refused(string text) => Assert.Throws<InvalidSettingException>(() => Pattern.Parse(text));
}
