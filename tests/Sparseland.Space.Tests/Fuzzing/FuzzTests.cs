using Sparseland.Fuzzing;

namespace Sparseland.Space.Tests.Fuzzing;

public class FuzzTests
{
    private const int Mutations = 2000;

    public static TheoryData<string> Readers => [.. MeshTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Damaged_meshes_are_refused_in_one_line_and_never_make_a_reader_crash_or_allocate_without_reason(string reader)
    {
        var target = MeshTargets.All.Single(target => target.Name == reader);
        target.WarmUp();
        Assert.All(target.Seeds, seed => Assert.Equal("accepted", target.Check(seed)));
        target.Survive(Mutations);
    }
}
