namespace Sparseland.Tests.Autograd;

public class OperationTests
{
    private static readonly OperationCase[] Cases = [.. LinearCases.All, .. ElementwiseCases.All, .. NormCases.All, .. ShapeCases.All, .. LossCases.All, .. AttentionCases.All];

    public static TheoryData<string> Names => new(Cases.Select(operation => operation.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void The_value_is_what_the_definition_says(string name)
    {
        var operation = Find(name);
        var inputs = operation.Draw();
        AssertClose(operation.Define(inputs), GradientCheck.Value<double>(operation, inputs), 1e-11, name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_the_difference_quotient(string name) => GradientCheck.Run(Find(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Float_agrees_with_double(string name)
    {
        var operation = Find(name);
        var inputs = operation.Draw();
        AssertClose(GradientCheck.Value<double>(operation, inputs), GradientCheck.Value<float>(operation, inputs), operation.FloatTolerance, $"{name}, value");
        var expected = GradientCheck.Gradients<double>(operation, inputs);
        var actual = GradientCheck.Gradients<float>(operation, inputs);
        for (var i = 0; i < expected.Length; i++)
            AssertClose(expected[i], actual[i], operation.FloatTolerance, $"{name}, gradient of input {i}");
    }

    [Fact]
    public void Attention_of_any_shape_is_what_the_definition_says()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var operation = AttentionCases.Random(seed);
            var inputs = operation.Draw();
            AssertClose(operation.Define(inputs), GradientCheck.Value<double>(operation, inputs), 1e-11, operation.Name);
            AssertClose(operation.Define(inputs), GradientCheck.Value<float>(operation, inputs), 2e-5, operation.Name);
        }
    }

    [Fact]
    public void The_gradient_of_attention_of_any_shape_is_the_difference_quotient()
    {
        for (var seed = 100; seed < 140; seed++)
            GradientCheck.RunDirection(AttentionCases.Random(seed));
    }

    [Fact]
    public void Names_are_unique() => Assert.Equal(Cases.Length, Cases.Select(operation => operation.Name).Distinct().Count());

    private static OperationCase Find(string name) => Cases.Single(operation => operation.Name == name);

    // Relative to the greatest magnitude of the whole, as sums of terms of that size are compared.
    private static void AssertClose(double[] expected, double[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var bound = tolerance * (1 + expected.Select(Math.Abs).DefaultIfEmpty().Max());
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= bound, $"{what}: element {i} is {actual[i]:g9}, not {expected[i]:g9}");
    }
}
