using Sparseland.Chance;
using Sparseland.Reproduce.Omnitrees;
using Sparseland.Trees.Omnitrees;

namespace Sparseland.Reproduce.Tests.Omnitrees;

public class OmnitreesExperimentTests
{
    [Theory]
    [InlineData("thin plate", 0.042)]
    [InlineData("cuboid", 0.68 * 0.18 * 0.86)]
    [InlineData("cylinder along z", Math.PI * 0.31 * 0.31 * 0.78)]
    [InlineData("icosphere", Math.PI / 6 * 0.99)]
    [InlineData("tetrahedron", 0.0539)]
    [InlineData("diagonal rod", Math.PI * 0.05 * 0.05 * 0.9)]
    public void A_body_has_its_volume(string name, double volume)
    {
        var body = Bodies.Set.First(entry => entry.Name == name).Shape;
        var random = new RandomStream(1, "volume");
        var points = new double[300_000];
        foreach (ref var coordinate in points.AsSpan())
            coordinate = random.NextDouble();
        var inside = new bool[100_000];
        body.Inside(points, inside);
        Assert.Equal(volume, inside.Count(answer => answer) / 100_000.0, 0.004);
    }

    [Fact]
    public void An_omnitree_wins_where_an_axis_is_favoured()
    {
        var pair = FittedPair.Of(Bodies.Set[1].Shape, new ShapeFitOptions { Boxes = 128, BaseSize = 64, ErrorSamples = 1 << 14 }, default);
        Assert.InRange(pair.BoxRatio, 1.5, 20);
        Assert.InRange(pair.RateRatio, 1, 5);
    }
}
