using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;

namespace Sparseland.Tests.Recipes;

public class RecipeTests
{
    [Fact]
    public void A_recipe_reads_back_from_its_own_JSON()
    {
        var recipe = new Recipe
        {
            Score = new MethodChoice("sparsegpt"),
            Allocation = MethodChoice.Parse("owl:lambda=0.1,outlierFactor=3"),
            Pattern = new NofMPattern(4, 8),
            Update = new MethodChoice("obs", """{ "masks": "layer" }"""),
            Values = ElementType.BFloat16,
            Group = ComparisonGroup.Columns(64),
            Mode = SelectionMode.AtOrBelow,
            Calibration = new CalibrationSettings { Sequences = 16, Length = 128, TrueSequential = true },
            Recovery = new RecoverySettings { Steps = 20, Distillation = 1 },
            Rules = [new RecipeRule("*.down_proj.weight") { Sparsity = 0.3, Pattern = Pattern.Unstructured }, new RecipeRule("model.layers.0.*") { Skip = true }],
            Seed = 7,
        };
        var read = Recipe.Parse(recipe.ToJson());
        Assert.Equal(recipe.ToJson(), read.ToJson());
        Assert.Equal(recipe.Allocation, read.Allocation);
        Assert.Equal(0.5, read.TargetSparsity);
        Assert.Equal("owl:lambda=0.1,outlierFactor=3", read.Allocation.ToString());
    }

    [Fact]
    public void What_is_left_out_has_its_default() => Assert.Equal(new Recipe().ToJson(), Recipe.Parse("{}").ToJson());

    [Theory]
    [InlineData("""{"sparsity":1.2}""", "sparsity 1.2")]
    [InlineData("""{"score":"wands"}""", "did you mean 'wanda'")]
    [InlineData("""{"score":{"method":"wanda","varient":true}}""", "did you mean 'variant'")]
    [InlineData("""{"allocation":{"method":"owl","lambda":"much"}}""", "lambda is \"much\"")]
    [InlineData("""{"allocation":{"method":"owl","lambda":-1}}""", "from 0")]
    [InlineData("""{"sparsty":0.5}""", "did you mean 'sparsity'")]
    [InlineData("""{"pattern":"3:2"}""", "3:2")]
    [InlineData("""{"values":"fp4"}""", "f32, bf16 or int8")]
    [InlineData("""{"update":"ops"}""", "did you mean 'obs'")]
    [InlineData("""{"calibration":{"sequences":0}}""", "sequences is 0")]
    [InlineData("""{"recovery":{"steps":5,"learningRate":0}}""", "learning rate")]
    [InlineData("""{"rules":[{"tensors":"*"}]}""", "says nothing")]
    [InlineData("""{"selection":"exat"}""", "did you mean 'exact'")]
    [InlineData("""{"seed":-1}""", "seed is -1")]
    [InlineData("""[1]""", "expected a JSON object")]
    [InlineData("{\n\"score\": }", "line 2")]
    public void A_fault_is_one_line_that_names_it(string json, string expected)
    {
        var message = Assert.Throws<InvalidSettingException>(() => Recipe.Parse(json)).Message;
        Assert.Contains(expected, message);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("", "", true)]
    [InlineData("model.layers.*.mlp.*", "model.layers.10.mlp.up_proj.weight", true)]
    [InlineData("model.layers.1.*", "model.layers.10.mlp", false)]
    [InlineData("*a*b*c", "xxaxxbxxbc", true)]
    [InlineData("*a*b*c", "xxaxxbxxbcd", false)]
    public void Names_match_with_stars(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(pattern, name));

    [Fact]
    public void Every_registered_method_is_made_by_its_name()
    {
        Assert.All(Methods.Scores.Entries, entry => Assert.Equal(entry.Name, Methods.Scores.Create(new MethodChoice(entry.Name)).Name));
        Assert.All(Methods.Updates.Entries, entry => Assert.Equal(entry.Name, Methods.Updates.Create(new MethodChoice(entry.Name)).Name));
        Assert.All(Methods.Allocations.Entries, entry => Assert.Equal(entry.Name, Methods.Allocations.Create(new MethodChoice(entry.Name, entry.Name == "given" ? """{"blocks":[0.5]}""" : "{}")).Name));
    }
}
