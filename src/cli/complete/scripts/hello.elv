# Completion of `hello` for elvish. It asks `hello` itself at each TAB.
use str
set edit:completion:arg-completer[hello] = {|@words|
    var at = (to-string (- (count $words) 1))
    var lines = [('HELLO' __complete elvish $at $@words 2>/dev/null </dev/null | from-lines)]
    if (> (count $lines) 0) {
        var kind start = (str:split "\t" $lines[0])
        if (eq $kind words) {
            for line $lines[1..] {
                var value help = (str:split &max=2 "\t" $line)
                edit:complex-candidate $value &display=$value' '$help
            }
        } elif (eq $start '') {
            edit:complete-filename $@words
        }
    }
}
