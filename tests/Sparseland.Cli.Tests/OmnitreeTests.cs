using System.Globalization;
using System.Text.Json.Nodes;

namespace Sparseland.Cli.Tests;

public sealed class OmnitreeTests : IDisposable
{
    // A box of 2 x 1 x 1 metres: in the unit cube its bounds in y and z lie at a quarter and three quarters.
    private const string Box = """
        v 0 0 0
        v 2 0 0
        v 2 1 0
        v 0 1 0
        v 0 0 1
        v 2 0 1
        v 2 1 1
        v 0 1 1
        f 4 3 2 1
        f 5 6 7 8
        f 1 2 6 5
        f 2 3 7 6
        f 3 4 8 7
        f 4 1 5 8
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-omnitree").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_box_is_fitted_measured_cut_and_exported()
    {
        var (mesh, body, slice, boxes) = (Path.Combine(_folder, "box.obj"), Path.Combine(_folder, "box.omni"), Path.Combine(_folder, "slice.svg"), Path.Combine(_folder, "boxes.obj"));
        File.WriteAllText(mesh, Box);
        var (code, output, errors) = Tool.Run("omnitree", "fit", mesh, "--boxes", "16", "--samples", "64", "-o", body, "--json", "-q");
        Assert.True(code == 0, errors);
        var last = JsonNode.Parse(output)!["curve"]!.AsArray()[^1]!;
        Assert.Equal(0.0, last["error"]!.GetValue<double>());
        (code, output, _) = Tool.Run("omnitree", "eval", body, mesh, "-q");
        Assert.Equal(0, code);
        Assert.Contains("error 0.000 %", output, StringComparison.Ordinal);
        (code, output, _) = Tool.Run("inspect", body, "-q");
        Assert.Equal(0, code);
        Assert.Contains("25.0 % of the cube", output, StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("omnitree", "slice", body, "--at", "x=0.5", "-o", slice, "-q").Code);
        Assert.Contains("<svg", File.ReadAllText(slice), StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("omnitree", "export", body, "--place", mesh, "-o", boxes, "-q").Code);
        var heights = File.ReadLines(boxes).Where(line => line.StartsWith("v ", StringComparison.Ordinal)).Select(line => float.Parse(line.Split(' ')[3], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal((0, 1), (heights.Min(), heights.Max()));
        (code, _, errors) = Tool.Run("omnitree", "fit", mesh, "-o", body, "-q");
        Assert.Equal((2, true), (code, errors.Contains("--force", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("fit OPEN", "1 boundary loop")]
    [InlineData("fit OPEN --tree octre", "did you mean 'octree'")]
    [InlineData("fit NONE", "no such file")]
    [InlineData("eval OPEN OPEN", "an omnitree")]
    [InlineData("eval OPEN", "two files")]
    [InlineData("grow OPEN", "expected fit, eval, export, slice")]
    [InlineData("slice OPEN", "no output")]
    [InlineData("slice OPEN -o OUT.svg --at w=2", "an omnitree")]
    [InlineData("export OPEN -o OUT.bmp", ".bmp")]
    public void What_cannot_be_is_refused_in_one_line(string command, string problem)
    {
        var open = Path.Combine(_folder, "open.obj");
        File.WriteAllText(open, Box.Replace("f 5 6 7 8\n", "", StringComparison.Ordinal));
        var arguments = command.Split(' ').Select(word => word switch { "OPEN" => open, "NONE" => Path.Combine(_folder, "none.obj"), _ => word.Replace("OUT", Path.Combine(_folder, "out"), StringComparison.Ordinal) });
        var (code, _, errors) = Tool.Run(["omnitree", .. arguments, "-q"]);
        Assert.Equal(2, code);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.Equal([open], Directory.GetFiles(_folder));
    }
}
