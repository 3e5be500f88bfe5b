namespace Sparseland.Recipes;

/// <summary>Tensor names with * for any run of characters, such as model.layers.0.* or *.mlp.*_proj.weight. Case matters.</summary>
public static class NamePattern
{
    /// <summary>Whether the whole name fits the pattern; linear in practice, and never worse than the product of the lengths.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, retry = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                retry = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++retry;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
